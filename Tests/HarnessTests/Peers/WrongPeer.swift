import Foundation
import Glibc
import Measurement
import Modes
import Plan
import Records
import SystemCalls
import Workloads

@testable import Harness

/// A peer in Python that keeps the contract, except for one error that the test asks for.
struct WrongPeer {
  static let isAvailable = access("/usr/bin/python3", X_OK) == 0

  let folder: ScratchFolder
  let peer: Peer

  init(_ wrong: String) throws {
    folder = try ScratchFolder(in: FileManager.default.temporaryDirectory.path)
    try Self.script.write(toFile: "\(folder.path)/peer.py", atomically: true, encoding: .utf8)
    var manifest = PeerManifest(id: "wrong-\(wrong)", about: "wrong on purpose: \(wrong)", language: "Python")
    manifest.drive = ["/usr/bin/python3", "{folder}/peer.py", wrong]
    manifest.drives = ["sleep"]
    manifest.features = [.openLoop, .limit]
    peer = Peer(manifest, in: folder.path)
    Peers.add(peer)
  }

  /// The trial as a run would record it, on a separate thread, because it blocks.
  /// - Parameter patience: the time limit for the peer's exit.
  func record(
    operations: UInt64? = 40, duration: Nanoseconds? = nil, warmup: Nanoseconds = .zero, arrivals: Arrivals = .closed,
    limit: Int? = nil, patience: Nanoseconds = .seconds(20)
  ) async throws -> TrialRecord {
    let spec = TrialSpec(
      mode: peer.id, workload: .sleep(SleepSpec(duration: .milliseconds(1))), concurrency: 4,
      operations: operations, duration: duration, warmup: warmup, arrivals: arrivals, limit: limit,
      deadline: .seconds(20), seed: 7, endpoints: [], isOwnServer: false)
    let trial = PeerTrial(
      peer: peer, spec: spec, processors: try Affinity.current(), controls: [], patience: patience)
    let end = try await withCheckedThrowingContinuation {
      (continuation: CheckedContinuation<PeerTrial.End, any Error>) in
      do {
        try SystemCalls.Thread(name: "trial") { continuation.resume(with: Result { try trial.run(idle: {}) }) }.detach()
      } catch {
        continuation.resume(throwing: error)
      }
    }
    var record = TrialRecord(
      runID: "run-1", experiment: "x", trial: 1, round: 1, order: 1, seed: spec.seed, mode: spec.mode.rawValue,
      workload: .object(["kind": .string("sleep")]), concurrency: spec.concurrency,
      operations: TrialRecord.Operations(asked: operations),
      arrivals: TrialRecord.Arrivals(kind: arrivals.kind, rate: arrivals.rate), limit: limit, valid: false, reasons: [])
    switch end {
    case .failed(let reason): record.reasons = ["broken: client: \(reason)"]
    case .ended(let partial):
      record.fill(
        with: TrialRunner.Result.measured(partial, server: nil, machine: MachineUsage(steal: nil)),
        doing: spec.workload,
        hasWarmup: warmup > .zero)
    }
    // Reasons that a busy machine may add rightly.
    record.reasons.removeAll { ["late-edge", "late-timers", "stalled"].contains(TrialRecord.name(ofReason: $0)) }
    return record
  }

  /// Processes of the peer that are still running; killed ones take a moment to disappear on a busy machine.
  var leftProcesses: [String] {
    let end = MonotonicClock.now + .seconds(5)
    while !processes.isEmpty, MonotonicClock.now < end { Interruption.pause(milliseconds: 20) }
    return processes
  }

  private var processes: [String] {
    FileSystem.entries(of: "/proc").filter { process in
      ProcFile.text(of: "/proc/\(process)/cmdline")?.contains(folder.path) ?? false
    }
  }

  private static let script = """
    import itertools, json, os, struct, subprocess, sys, threading, time

    wrong = sys.argv[1]
    plan = json.loads(sys.stdin.readline())
    lanes, count = plan["lanes"], plan.get("count", 1 << 62)
    permits = threading.Semaphore(plan.get("limit", lanes))
    starts = None
    if "starts" in plan:
        with open(plan["starts"], "rb") as file:
            data = file.read()
        starts = struct.unpack("<%dQ" % (len(data) // 8), data)
        count = len(starts)
    numbers, early, rows = itertools.count(), itertools.count(), []

    if wrong == "refuses":
        print("failed no such thing here", flush=True)
        sys.exit()
    if wrong == "crash-early":
        sys.stderr.write("some words\\nno luck today\\n")
        sys.exit(3)
    if wrong == "children":
        subprocess.Popen(["/usr/bin/python3", "-c", "import time; time.sleep(1000)", plan["rows"], sys.path[0]])
    if wrong == "escape":
        subprocess.Popen(["/usr/bin/python3", "-c", "import time; time.sleep(1000)", sys.path[0]], start_new_session=True)
    print("hello" if wrong == "greeting" else "ready", flush=True)
    start = int(sys.stdin.readline().split()[1])
    opens = start + plan["warmup_ns"]
    closes = opens + plan["duration_ns"] if "duration_ns" in plan else 1 << 63

    def run(lane):
        while True:
            warm = time.monotonic_ns() < opens and starts is None
            n = next(early) if warm else next(numbers)
            if time.monotonic_ns() >= closes or not warm and n >= count:
                return
            if starts:
                time.sleep(max(0, start + starts[n] - time.monotonic_ns()) / 1e9)
            with permits:
                begun = time.monotonic_ns()
                if begun >= closes:
                    rows.append((n, 0, 0, 255, 0, lane))
                    return
                time.sleep(plan["sleep_ns"] / 1e9)
                ended = time.monotonic_ns()
            rows.append((n | warm << 63, begun, ended, 0, 0, lane))

    if wrong != "early":
        time.sleep(max(0, start - time.monotonic_ns()) / 1e9)
    threads = [threading.Thread(target=run, args=(lane,)) for lane in range(lanes)]
    for thread in threads:
        thread.start()
    if wrong == "crash":
        time.sleep(0.01)
        sys.stderr.write("Traceback\\nOuch: it broke\\n")
        sys.stderr.flush()
        os._exit(9)
    if wrong == "noise":
        for _ in range(5000):
            sys.stderr.write("x" * 200 + "\\n")
    if wrong == "flood":
        while True:
            print("x" * 100)
    if wrong == "flood-without-lines":
        while True:
            sys.stdout.write("x" * 100)
    for thread in threads:
        thread.join()
    if wrong == "hang":
        time.sleep(1000)

    def changed(index, **fields):
        row = dict(zip(("number", "start", "end", "outcome", "detail", "lane"), rows[index]))
        row.update({name: change(row) for name, change in fields.items()})
        rows[index] = tuple(row.values())

    if wrong == "double":
        changed(5, number=lambda row: rows[6][0])
    if wrong == "again":
        rows.append(rows[5][:1] + (rows[5][2], rows[5][2] + 1) + rows[5][3:])
    if wrong == "missing":
        del rows[3]
    if wrong == "beyond":
        changed(5, number=lambda row: 1 << 40)
    if wrong == "lane":
        changed(5, lane=lambda row: lanes)
    if wrong == "negative":
        changed(5, end=lambda row: row["start"] - 1000)
    if wrong == "clock":
        offset = time.time_ns() - time.monotonic_ns()
        for index in range(len(rows)):
            changed(index, start=lambda row: row["start"] + offset, end=lambda row: row["end"] + offset)
    if wrong == "overlap":
        for index in range(len(rows)):
            changed(index, lane=lambda row: 0)
    if wrong == "outcome":
        changed(5, outcome=lambda row: 99)
    if wrong == "no-end":
        changed(5, end=lambda row: 0)
    if wrong == "short":
        changed(5, end=lambda row: row["start"] + 1000)
    if wrong == "order":
        rows.sort(key=lambda row: row[0] * 0x9E3779B97F4A7C15 % (1 << 64))
    with open(plan["rows"], "r+b") as file:
        first = plan["capacity"] - len(rows) if wrong == "order" else 0
        for place, row in enumerate(rows):
            file.seek(32 * (first + place))
            file.write(struct.pack("<QQQHHI", *row))
        if wrong == "longer":
            file.seek(0, 2)
            file.write(bytes(32))
    print("done", flush=True)
    if wrong == "stays":
        while True:
            time.sleep(1000)
    sys.stdin.read()
    """
}
