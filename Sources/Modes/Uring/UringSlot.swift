import SystemCalls

/// What a ring's loop knows of a connection. All zero is a place without one.
struct UringSlot {
  enum Wait: UInt8 { case nothing, connection, arrival }

  var waits = Wait.nothing
  /// A request is under way that receives whatever arrives.
  var isReceiving = false
  /// It has been cancelled, because more had arrived than the lane asked for.
  var isCancelled = false
  /// A request is under way that hears the connection's end, as none receives.
  var isAwaitingEnd = false
  /// Nothing more will arrive.
  var hasEnded = false
  /// Which of the place's connections this is, as its requests carry it.
  var generation: UInt32 = 0
  /// The errno that ended it; zero where the peer has finished.
  var error: Int32 = 0
  /// What has arrived and the lane has not asked for yet.
  var arrived = ArrivedBuffers.List()
  /// What a send has still to send, of how many bytes.
  var rest: UnsafeRawBufferPointer
  var total: Int
  /// What the send under way comes to unless its completion says otherwise: silence means that all was sent.
  var sending: Int
}

/// What a completion belongs to.
enum UringRequest: UInt64 {
  case cancel, connection, receive, sendAtOnce, send, accept, stop, file, offloaded, end
}
