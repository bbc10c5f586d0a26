import Glibc
import Measurement
import SystemCalls
import Workloads

/// A child process that computes for one thread of this process. Requests of 16 bytes and replies of 8 travel over a
/// pair of UNIX sockets. The worker ends when its socket or its parent does.
public struct Worker: @unchecked Sendable {
  /// The argument that starts this program as a worker.
  public static let command = "--child-worker"
  private static let childSocket: Int32 = 3

  private let socket: Socket
  private let child: ChildProcess

  /// Starts a worker and waits until it answers.
  init() throws(Errno) {
    let (near, far) = try Socket.pair(tcp: false, blocking: true)
    do throws(Errno) {
      // From then on only the child has the far end. If it is killed before it answers, the near end reports the end.
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

  /// The worker's result; nil if it has gone.
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

  /// Kills the worker and reaps it.
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

  /// The worker's main function: computes until its socket ends.
  public static func serve() {
    let socket = Socket(descriptor: childSocket)
    var computation = Computation(iterations: 0, seed: 0)
    while withUnsafeMutableBytes(of: &computation, { receive($0, from: socket) }) {
      var result = computation.result()
      guard (try? withUnsafeBytes(of: &result, { try socket.sendAll($0) })) != nil else { return }
    }
  }
}
