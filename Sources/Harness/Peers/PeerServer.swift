import Glibc
import Measurement
import Plan
import SystemCalls
import Workloads

extension Peer {
  /// The time limit for a server to report its address.
  private static let patience = Nanoseconds.seconds(30)

  /// Starts its server.
  /// - Parameters:
  ///   - workload: the workload that it serves.
  ///   - folder: the folder of its files.
  ///   - control: the server's end of the control channel; it is always closed.
  ///   - clients: the number of processes that hold the other end.
  func serve(
    _ workload: WorkloadSpec, in folder: ScratchFolder, control: Int32, clients: Int, on processors: [Int]
  ) throws(HarnessFailure) -> Result<(server: OutsideServer, address: String), PeerProcess.Failure> {
    if let contender { return try contender.serve(control: control, clients: clients, on: processors) }
    var isTaken = false
    defer { if !isTaken { close(control) } }
    guard let words = manifest.serve else { return .failure(.init(reason: "\(manifest.id) has no server")) }
    var plan = PeerServerPlan(
      scheme: workload.kind, address: "127.0.0.1:0", content: "", processors: processors.count)
    if case .echo(let echo) = workload, echo.transport == .unix { plan.address = "unix:\(folder.path)/server" }
    do throws(Errno) {
      plan.content = try PeerFiles.writeContent(in: folder.path)
    } catch {
      throw HarnessFailure("cannot write to \(folder.path): \(error); set TMPDIR to a folder with space")
    }
    let process = try PeerProcess(self, words, on: processors)
    process.child.send(TrialRunner.json(plan))
    let address: String
    switch try process.hear("listening", patience: Self.patience, idle: {}) {
    case .success(let told): address = told
    case .failure(let failure): return .failure(failure)
    }
    guard (try? SocketAddress(parsing: address)) != nil else {
      return .failure(.init(reason: "it listens on '\(address.prefix(80))', which is not an address"))
    }
    do throws(Errno) {
      let server = try OutsideServer(
        [process.child.identifier], control: control, clients: clients, process: process, on: processors)
      isTaken = true
      return .success((server, address))
    } catch {
      throw HarnessFailure("cannot start a thread: \(error)")
    }
  }
}
