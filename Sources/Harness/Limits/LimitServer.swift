import Foundation
import Modes
import SystemCalls

/// The target server of an experiment, in its own process, so that its descriptors do not count as the experiment's.
final class LimitServer {
  let address: String
  private let child: ChildProcess
  private let control: Socket

  init(_ kind: TargetServer.Kind, capacity: Int) throws {
    let (control, far) = try Socket.pair(tcp: false, blocking: true)
    self.control = control
    defer { far.close() }
    child = try ChildProcess(TrialRunner.program, [Children.serverCommand], control: far.descriptor)
    child.send(
      TrialRunner.json(
        ServerPlan(kind: kind, mode: .epoll, address: "127.0.0.1:0", capacity: capacity, limits: .none, cpus: [])))
    guard case .text(let line) = child.readLine(timeout: 10_000),
      let greeting: ServerGreeting = TrialRunner.decode(line)
    else { throw HarnessFailure("the target server did not start") }
    address = greeting.address
  }

  deinit { control.close() }
}
