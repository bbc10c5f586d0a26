import Foundation
import Glibc
import Measurement
import Plan
import SystemCalls
import Workloads

/// A server that does not know the contract, compared with the modes that serve: `NAME=URL`, `NAME=URL,pid=N` or
/// `NAME=URL,run=COMMAND`.
public struct Contender: Sendable {
  public var id: ModeID
  public var url: HTTPTarget
  /// The process that serves, if it is not the one that listens on the port.
  var process: pid_t?
  /// The shell command to start for each trial and to stop after it; nil if the server already runs.
  var command: String?

  private static let form = "NAME=URL[,pid=N], or NAME=URL,run=COMMAND"

  public init(parsing text: String) throws(HarnessFailure) {
    func fault(_ complaint: String) -> HarnessFailure { HarnessFailure(.usage, "'\(text)' \(complaint)") }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, PeerManifest.isID(String(parts[0])) else {
      throw fault("is not \(Self.form), with a name of the letters a-z, digits and '-'")
    }
    id = ModeID(String(parts[0]))
    guard !ModeID.allCases.contains(id) else { throw fault("has the name of a built-in mode") }
    let fields = parts[1].split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    do {
      url = try HTTPTarget(parsing: String(fields[0]))
    } catch {
      throw fault("has no valid URL (\(Self.form)): \(error)")
    }
    guard fields.count == 2 else { return }
    let option = fields[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    switch (option[0], option.count) {
    case ("pid", 2):
      guard let number = pid_t(option[1]), number > 0, FileManager.default.fileExists(atPath: "/proc/\(number)") else {
        throw fault("names the process '\(option[1])', which does not exist")
      }
      process = number
    case ("run", 2) where !option[1].isEmpty: command = String(option[1])
    default: throw fault("is not \(Self.form)")
    }
  }

  /// The server as a peer that serves HTTP.
  var peer: Peer {
    var manifest = PeerManifest(id: id.rawValue, about: "the server at \(url)", language: "")
    manifest.serves = ["http"]
    return Peer(manifest, in: FileManager.default.currentDirectoryPath, contender: self)
  }

  /// Whether somebody takes connections there, and goes on: what the last trial had started may still be ending.
  private var isTakenForLong: Bool {
    let end = MonotonicClock.now + .seconds(2)
    while ListeningProcesses.isTaken(url.port) {
      if MonotonicClock.now > end { return (try? RunSession.reach(url)) != nil }
      Interruption.pause(milliseconds: 20)
    }
    return false
  }

  /// For a server that is started to take connections.
  private static let patience = Nanoseconds.seconds(30)

  /// - Parameters:
  ///   - control: the server's end of the control channel; it is always closed.
  ///   - clients: the number of processes that hold the other end.
  func serve(
    control: Int32, clients: Int, on processors: [Int]
  ) throws(HarnessFailure) -> Result<(server: OutsideServer, address: String), PeerProcess.Failure> {
    var isTaken = false
    defer { if !isTaken { close(control) } }
    if let command, isTakenForLong {
      return .failure(
        .init(reason: "something listens at \(url) before '\(command)' was started; stop it, or leave out run="))
    }
    let started = try command.map { (command) throws(HarnessFailure) in
      try PeerProcess(peer, ["/bin/sh", "-c", command], on: processors)
    }
    let end = MonotonicClock.now + Self.patience
    var address: String?
    while address == nil {
      do throws(HarnessFailure) {
        address = try RunSession.reach(url)
      } catch {
        if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
        if let started, started.child.hasEnded {
          return .failure(.init(reason: "'\(command ?? "")' ended before it accepted a connection" + started.lastWords))
        }
        guard started != nil, MonotonicClock.now < end else { return .failure(.init(reason: error.description)) }
        Interruption.pause(milliseconds: 20)
      }
    }
    // What was started may have left it to others to listen.
    let processes = started.map { listening.union([$0.child.identifier]) } ?? process.map { [$0] } ?? listening
    do throws(Errno) {
      // The user chose the CPUs of a server that was already running.
      let server = try OutsideServer(
        processes, control: control, clients: clients, process: started, on: started == nil ? nil : processors)
      isTaken = true
      return .success((server, address ?? ""))
    } catch {
      throw HarnessFailure("cannot start a thread: \(error)")
    }
  }

  /// The server's processes, as far as they are visible, so that they do not count as foreign load.
  var processes: Set<pid_t> { process.map { [$0] } ?? (command == nil ? listening : []) }

  private var listening: Set<pid_t> { ListeningProcesses.holding(ports: [url.port]) }

  /// The workload of the client.
  func asked(_ workload: WorkloadSpec) -> WorkloadSpec {
    guard case .http(var http) = workload else { return workload }
    http.targets = [url]
    return .http(http)
  }
}
