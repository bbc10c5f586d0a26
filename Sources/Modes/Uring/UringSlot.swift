import SystemCalls

/// The loop's state for one connection. All zeros mean a place without one.
struct UringSlot {
  enum Wait: UInt8 { case nothing, connection, arrival }

  var waits = Wait.nothing
  /// Whether a request that receives all data is in flight.
  var isReceiving = false
  /// Whether that request was cancelled, because more arrived than the lane asked for.
  var isCancelled = false
  /// Whether a request is in flight that watches for the connection's end, while none receives.
  var isAwaitingEnd = false
  /// Whether nothing more will arrive.
  var hasEnded = false
  /// Numbers the connections of the place; requests carry it.
  var generation: UInt32 = 0
  /// The errno that ended it; zero if the peer has finished.
  var error: Int32 = 0
  /// Data that has arrived and the lane has not asked for yet.
  var arrived = ArrivedBuffers.List()
  /// The unsent rest of a send, and below the number of bytes of the whole.
  var rest: UnsafeRawBufferPointer
  var total: Int
  /// The result of the send in flight unless its completion says otherwise: no completion means that all was sent.
  var sending: Int
}

/// What a completion belongs to.
enum UringRequest: UInt64 {
  case cancel, connection, receive, sendAtOnce, send, accept, stop, file, offloaded, end
}
