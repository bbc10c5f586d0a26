import Glibc
import Measurement
import Synchronization
import SystemCalls

/// The connection of each lane. A lane's mode opens and closes it; the monitor may shut it down at any time, which wakes
/// whoever waits on it. A descriptor is never closed while the monitor has it in hand, so that it cannot hit another
/// one of the same number.
struct ConnectionTable: @unchecked Sendable {
  /// A lane's word is its descriptor plus one, the negative of that while the monitor has it in hand, or zero without
  /// a connection: zero pages take no memory, so that lanes without connections cost nothing.
  private let words: UnsafeMutablePointer<Atomic<Int32>>
  private let endpoints: UnsafeMutablePointer<SocketAddress>
  private let endpointCount: Int
  /// Where bystanders are slow, which lanes they are: their receive buffer is small, so that a sender soon meets a full
  /// window.
  private let slow: Arrangement?
  let count: Int

  private static var none: Int32 { 0 }

  /// SO_RCVBUF of lanes that are slow, in bytes.
  static let smallReceiveBuffer: Int32 = 4 << 10

  init(count: Int, endpoints addresses: [SocketAddress], slow: Arrangement? = nil) {
    self.count = count
    self.slow = slow
    words = calloc(max(count, 1), MemoryLayout<Atomic<Int32>>.stride)!.bindMemory(
      to: Atomic<Int32>.self, capacity: count)
    endpointCount = addresses.count
    endpoints = .allocate(capacity: addresses.count)
    endpoints.initialize(from: addresses, count: addresses.count)
  }

  private init(
    words: UnsafeMutablePointer<Atomic<Int32>>, count: Int, of whole: ConnectionTable, _ part: Arrangement
  ) {
    self.words = words
    self.count = count
    slow = whole.slow == nil ? nil : part
    endpoints = whole.endpoints
    endpointCount = whole.endpointCount
  }

  /// The connections of some of the lanes, numbered from 0; the whole outlives it.
  /// - Parameter part: how those are arranged.
  func slice(_ lanes: Range<Int>, _ part: Arrangement) -> ConnectionTable {
    ConnectionTable(words: words + lanes.lowerBound, count: lanes.count, of: self, part)
  }

  func deallocate() {
    free(words)
    endpoints.deinitialize(count: endpointCount)
    endpoints.deallocate()
  }

  /// Whether the lanes' connections may be as many as the process can have descriptors, or nearly.
  var mayTakeAllDescriptors: Bool { endpointCount > 0 && count >= ProcessControl.descriptorLimit.soft / 2 }

  /// The lane's socket; for the lane's own mode only.
  @inline(__always)
  func socket(of lane: Int) -> Socket { Socket(descriptor: abs(words[lane].load(ordering: .relaxed)) - 1) }

  func isOpen(_ lane: Int) -> Bool { words[lane].load(ordering: .relaxed) != Self.none }

  /// Gives the lane a connection that is already open.
  func adopt(_ socket: Socket, lane: Int) { words[lane].store(socket.descriptor + 1, ordering: .releasing) }

  /// Begins a connection to an endpoint. Where that fails the lane has none.
  // Not inlined: the room for an address would be part of each task that may connect.
  @inline(never)
  func connect(_ lane: Int, to endpoint: Int32, blocking: Bool) throws(Errno) -> Socket.Connecting {
    let address = endpoints + Int(endpoint)
    adopt(
      try Socket.open(family: address.pointee.family, blocking: blocking, receiveBuffer: receiveBuffer(of: lane)),
      lane: lane)
    do throws(Errno) {
      return try socket(of: lane).connect(to: address.pointee)
    } catch {
      close(lane)
      throw error
    }
  }

  /// The size that the lane's is to have; nil where it is the system's.
  func receiveBuffer(of lane: Int) -> Int32? {
    slow.flatMap { $0.isBystander(lane) ? Self.smallReceiveBuffer : nil }
  }

  /// Connects lanes, before the trial.
  /// - Parameter isPatient: where it is not, the first lane that has to wait for long and those after it are left without
  ///   a connection: a server that accepts one after another has only so much room for those who wait.
  func connectAll(
    _ lanes: some Sequence<Int>, to endpoint: (Int) -> Int32, blocking: Bool, timeout: Nanoseconds,
    isPatient: Bool = true
  ) throws(Errno) {
    let limit = timeout == .zero ? 60_000 : Int32(clamping: timeout.count / 1_000_000 + 1)
    for lane in lanes {
      if case .inProgress(let socket) = try connect(lane, to: endpoint(lane), blocking: false) {
        do throws(Errno) {
          try socket.awaitConnection(timeout: isPatient ? limit : 250)
        } catch {
          guard !isPatient && error == .timedOut else { throw error }
          return close(lane)
        }
      }
      try socket(of: lane).setBlocking(blocking)
    }
  }

  /// Closes the lane's connection, if it has one.
  func close(_ lane: Int) {
    while true {
      let word = words[lane].load(ordering: .relaxed)
      if word == Self.none { return }
      if word < Self.none {
        sched_yield()
      } else if words[lane].compareExchange(expected: word, desired: Self.none, ordering: .acquiring).exchanged {
        Socket(descriptor: word - 1).close()
        return
      }
    }
  }

  /// Shuts the lane's connection down, if it has one. For the monitor.
  func shutDown(_ lane: Int) { withOpen(lane) { $0.shutdown() } }

  /// Has the lane's connection in hand, if it has one, so that it cannot be closed meanwhile. For the monitor.
  @inline(__always)
  func withOpen(_ lane: Int, _ body: (Socket) -> Void) {
    let word = words[lane].load(ordering: .relaxed)
    guard word > Self.none,
      words[lane].compareExchange(expected: word, desired: -word, ordering: .acquiring).exchanged
    else { return }
    body(Socket(descriptor: word - 1))
    words[lane].store(word, ordering: .releasing)
  }
}
