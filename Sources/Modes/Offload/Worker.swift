import Glibc
import Measurement
import SystemCalls
import Workloads

/// A child process that computes for one thread of this one: requests of 16 bytes over a pair of UNIX sockets, replies of
/// 8. It ends with its socket, and with the process that it computes for.
public struct Worker: @unchecked Sendable {
  /// What starts this program as a worker.
  public static let command = "--child-worker"
  private static let childSocket: Int32 = 3

  private let socket: Socket
  private let child: ChildProcess

  /// Starts one, and waits until it answers.
  init() throws(Errno) {
    let (near, far) = try Socket.pair(tcp: false, blocking: true)
    do throws(Errno) {
      // Only the child has the far end then: where it is killed before it answers, the near one ends.
      defer { far.close() }
      child = try ChildProcess(
        ProcessControl.executablePath ?? CommandLine.arguments[0], [Self.command], control: far.descriptor)
    } catch {
      near.close()
      throw error
    }
    socket = near
    guard result(of: Computation(iterations: 0, seed: 1)) == 1 else {
      end()
      throw .brokenPipe
    }
  }

  /// Nil where it has gone.
  func result(of computation: Computation) -> UInt64? {
    var request = computation
    var result: UInt64 = 0
    let isAnswered = withUnsafeBytes(of: &request) { request in
      guard (try? socket.sendAll(request)) != nil else { return false }
      return withUnsafeMutableBytes(of: &result) { Self.receive($0, from: socket) }
    }
    return isAnswered ? result : nil
  }

  var usage: ResourceUsage { .of(process: child.identifier) }

  /// It is gone, and reaped, when this returns.
  func end() {
    socket.close()
    child.kill()
    _ = child.wait()
  }

  private static func receive(_ buffer: UnsafeMutableRawBufferPointer, from socket: Socket) -> Bool {
    var done = 0
    while done < buffer.count {
      guard case .bytes(let count) = socket.receive(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...])),
        count > 0
      else { return false }
      done += count
    }
    return true
  }

  /// The worker's side: computes until its socket ends.
  public static func serve() {
    let socket = Socket(descriptor: childSocket)
    var computation = Computation(iterations: 0, seed: 0)
    while withUnsafeMutableBytes(of: &computation, { receive($0, from: socket) }) {
      var result = computation.result()
      guard (try? withUnsafeBytes(of: &result, { try socket.sendAll($0) })) != nil else { return }
    }
  }
}
