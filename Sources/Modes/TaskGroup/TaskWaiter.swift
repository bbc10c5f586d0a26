import Measurement
import SystemCalls
import Workloads

/// What the tasks of a trial wait on. Each lane has one task, which waits for one thing at a time, at the place where the
/// lane is.
protocol TaskWaiter: Sendable {
  /// A new connection. `alsoWritable` where it is not established yet.
  func register(_ socket: Socket, at place: Int, alsoWritable: Bool) throws(Errno)
  /// Asks for news of the connection becoming writable, which is only needed once it has not been.
  func watchWrites(_ socket: Socket, at place: Int) throws(Errno)
  func readable(_ place: Int) async
  func writable(_ place: Int) async
  /// Whether there is news that nobody has waited for.
  func mayRead(_ place: Int) -> Bool
  /// There may be more to read than was taken.
  func keepReadable(_ place: Int)
  /// There was nothing to read after all.
  func forgetReadable(_ place: Int)
  /// Never shorter than asked, but for the end of all sleeps.
  func sleep(_ place: Int, until deadline: Instant) async
  /// Time passes until then, or until the peer has finished or the connection broke: whether that came first.
  func delay(_ place: Int, until deadline: Instant) async -> Bool
  /// No sleep and no delay lasts any longer. Their tasks have been cancelled.
  func endSleeps()
  /// Takes a permit once there is one; first come, first served.
  func acquire(_ place: Int) async
  func release()
  /// Where the calling thread receives; not to be held across a suspension.
  var buffer: UnsafeMutableRawBufferPointer { get }
}
