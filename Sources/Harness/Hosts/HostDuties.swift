import Glibc
import Measurement
import Modes
import Records
import Synchronization
import SystemCalls

/// What a child of a trial does for a harness on another machine, besides its part of the trial. It stays until its
/// standard input ends or is silent, so that its machine can be watched with all processes of the trial.
final class HostDuties: Sendable {
  /// The word on the command line of each process of the run.
  private let token: String
  private let watch = Mutex<MachineWatch?>(nil)
  private let began = Mutex<Instant?>(nil)

  init(_ token: String) { self.token = token }

  /// Carries out an order that has nothing to do with the trial. Returns false if it is none of those.
  func carryOut(_ line: String) -> Bool {
    switch HostOrder(line) {
    case .lease: Children.say(HostOrder.held.utf8)
    case .clock: Children.say("\(MonotonicClock.now.nanoseconds)".utf8)
    case .watch:
      let processors = (try? Affinity.current()) ?? []
      watch.withLock { [token] in $0 = MachineWatch(processors) { RunProcesses.marked(token) } }
      Children.answer(ClientWord.ready)
    default: return false
    }
    return true
  }

  /// Waits for the start, and notes when it had come.
  func awaitStart(at start: Instant) {
    while MonotonicClock.now < start { sleepBlocking(until: start) }
    began.withLock { $0 = MonotonicClock.now }
  }

  /// For a client, at its end.
  var report: PartialRecord.OnHost? {
    began.withLock { $0 }.map { PartialRecord.OnHost(began: $0.nanoseconds, machine: disturbances) }
  }

  private var disturbances: MachineUsage? { watch.withLock { $0?.finish() } }

  /// Waits for the end of the process, which comes with the end or the silence of its input.
  func stay() -> Never {
    while true { pause() }
  }

  /// Carries out the orders of a server until its input ends or is silent, and ends the process.
  func follow(_ readings: ServerReadings) -> Never {
    let isOver = IsOver()
    var window: SystemCalls.Thread?
    while let line = Children.readInput(within: Lease.term) {
      if carryOut(line) { continue }
      switch HostOrder(line) {
      case .window(let opens, let closes):
        window = try? Thread(name: "window") { readings.follow(from: opens, to: closes) { isOver.isSet } }
      case .report:
        isOver.set()
        window?.join()
        window = nil
        var report = readings.report
        report.machine = disturbances
        Children.answer(report)
      default: Children.answer(ChildFailure(error: "'\(line)' is no order"))
      }
    }
    _exit(0)
  }

  private final class IsOver: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
  }
}

/// The processes of a run on this machine, whoever has started them.
enum RunProcesses {
  /// Those with a word on their command line: proc(5), /proc/PID/cmdline.
  static func marked(_ token: String) -> Set<pid_t> {
    Set(
      FileSystem.entries(of: "/proc").compactMap { pid_t($0) }.filter { process in
        ProcFile.text(of: "/proc/\(process)/cmdline")?.split(separator: "\0").contains { $0 == token } ?? false
      })
  }
}
