import Measurement
import SystemCalls

/// The waits of a trial's tasks. Each lane has one task, which waits for one thing at a time, at the lane's place.
protocol TaskWaiter: Sendable {
  /// Registers a new connection; `alsoWritable` if it is not established yet.
  func register(_ socket: Socket, at place: Int, alsoWritable: Bool) throws(Errno)
  /// Registers interest in writability, which is needed only once a send has been cut short.
  func watchWrites(_ socket: Socket, at place: Int) throws(Errno)
  func readable(_ place: Int) async
  func writable(_ place: Int) async
  /// Whether there is an event that no wait has consumed.
  func mayRead(_ place: Int) -> Bool
  /// Notes that there may be more to read.
  func keepReadable(_ place: Int)
  /// Notes that there was nothing to read after all.
  func forgetReadable(_ place: Int)
  /// Sleeps at least until `deadline`, unless all sleeps are ended.
  func sleep(_ place: Int, until deadline: Instant) async
  /// Waits until `deadline`, or until the peer has finished or the connection broke; returns whether that came first.
  func delay(_ place: Int, until deadline: Instant) async -> Bool
  /// Ends all sleeps and delays, present and future. Their tasks have been cancelled.
  func endSleeps()
  /// Takes a permit once there is one; first come, first served.
  func acquire(_ place: Int) async
  func release()
  /// The receive buffer of the calling thread; it must not be held across a suspension.
  var buffer: UnsafeMutableRawBufferPointer { get }
}
