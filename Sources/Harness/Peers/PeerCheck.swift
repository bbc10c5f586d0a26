import Foundation
import Measurement
import Modes
import Plan
import Records
import Statistics
import Workloads

/// Known-answer tests of a peer: each workload, protocol and feature that its manifest claims.
public enum PeerCheck {
  public struct Result: Sendable, Equatable {
    public enum Verdict: String, Sendable {
      case passed, failed, measured
    }

    /// A few words for what was checked.
    public var name: String
    public var verdict: Verdict
    /// The finding, and the remedy for a failure.
    public var remark: String?
  }

  /// - Parameter report: receives the progress.
  public static func run(
    _ peer: Peer, on processors: Processors, report: @escaping (RunSession.Progress) -> Void
  ) throws(HarnessFailure) -> [Result] {
    if let reason = peer.unavailability { throw HarnessFailure("peer \(peer.manifest.id): \(reason)") }
    let bench = try CheckBench(processors: processors, report: report)
    let cases = Case.ofClient(peer) + Case.ofServer(peer)
    let wrong = peer.manifest.drives.filter { $0 != "sleep" }
    bench.announce(trials: cases.count + wrong.count, seconds: Double(cases.count + wrong.count))
    var results: [Result] = []
    for example in cases {
      let record = try bench.recordOnce(example.experiment.plans(seed: 1)[0])
      results.append(example.judged(record))
    }
    for workload in wrong { results.append(try wrongReplies(to: workload, peer, bench)) }
    if !peer.manifest.drives.isEmpty { results.append(try costOfRows(peer, bench)) }
    return results
  }

  // MARK: Wrong replies

  private static let count: UInt64 = 200

  /// Checks that the peer detects wrong replies: either its plan has other content than the server, or the server
  /// changes what it echoes.
  private static func wrongReplies(
    to workload: String, _ peer: Peer, _ bench: CheckBench
  ) throws(HarnessFailure) -> Result {
    let name = "\(workload): wrong replies are detected"
    var http = HTTPSpec()
    http.size = ByteCount(1000)
    let experiment = Experiment(
      name: workload, workload: workload == "echo" ? .echo(EchoSpec()) : .http(http), modes: [peer.id],
      concurrency: [4], operations: count, rounds: 1)
    var runner = bench.runner
    let echo: WrongEcho?
    do {
      echo = workload == "echo" ? try WrongEcho(size: EchoSpec().size.count) : nil
    } catch {
      throw HarnessFailure("cannot listen on the loopback interface: \(error)")
    }
    defer { echo?.stop() }
    let address = echo?.address.description
    runner.tellPeer = { plan in
      if let address {
        plan.endpoint = address
      } else if let path = plan.content, let content = FileManager.default.contents(atPath: path) {
        _ = FileManager.default.createFile(atPath: path, contents: Data(content.map { $0 ^ 0xff }))
      }
    }
    let record = try runner.measure(experiment.plans(seed: 1)[0]).record
    let (found, verified) = (record.operations.failed?["wrong-content"] ?? 0, record.operations.verified ?? 0)
    if found == count { return Result(name: name, verdict: .passed) }
    if record.operations.done == nil { return Result(name: name, verdict: .failed, remark: record.objection) }
    return Result(
      name: name, verdict: .failed,
      remark:
        "all \(count) replies were wrong, but \(verified) were recorded as verified and \(found) as wrong (outcome 3); "
        + "compare every byte with content(n, …)")
  }

  // MARK: The cost of rows

  private static let pairs = 7

  /// Measures the cost of writing rows: the same trial with and without them, in turn.
  private static func costOfRows(_ peer: Peer, _ bench: CheckBench) throws(HarnessFailure) -> Result {
    let drives = peer.manifest.drives
    let workload: WorkloadSpec =
      drives.contains("echo")
      ? .echo(EchoSpec())
      : drives.contains("http") ? .http(HTTPSpec()) : .sleep(SleepSpec(duration: .microseconds(100)))
    let experiment = Experiment(
      name: "rows", workload: workload, modes: [peer.id], concurrency: [8], operations: 5_000, rounds: 1)
    let plan = experiment.plans(seed: 1)[0]
    var without = bench.runner
    without.tellPeer = { $0.record = false }
    let name = "rows: CPU time with ÷ without rows"
    var ratios: [Double] = []
    bench.announce(trials: 2 * pairs, seconds: Double(2 * pairs))
    for pair in 0..<pairs {
      var times: [Bool: Double] = [:]
      for records in pair % 2 == 0 ? [true, false] : [false, true] {
        let record = try (records ? bench.runner : without).measure(plan).record
        bench.finished(trials: 1, seconds: 1)
        guard let time = record.client?.totalCPU, time > 0 else {
          return Result(name: name, verdict: .failed, remark: record.objection ?? "its CPU time is unknown")
        }
        times[records] = Double(time)
      }
      if let with = times[true], let without = times[false] { ratios.append(with / without) }
    }
    guard let estimate = medianEstimate(of: ratios) else { return Result(name: name, verdict: .failed) }
    func text(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
    return Result(
      name: name, verdict: .measured,
      remark:
        "\(text(estimate.median)), 95 % interval \(text(estimate.low)) to \(text(estimate.high)), from "
        + "\(pairs) pairs of trials with \(experiment.operations ?? 0) operations each (\(workload.kind))")
  }
}
