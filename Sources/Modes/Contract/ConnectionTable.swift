import Glibc
import Measurement
import Synchronization
import SystemCalls

/// The connections of each lane. A lane has one place per address, and is at one of its places at a time. With one
/// address, a lane's number is also its place.
///
/// A lane's mode opens and closes its connections. The monitor may shut one down at any time, which wakes whoever waits
/// on it. While the monitor holds a descriptor, it is never closed. The monitor therefore cannot hit a new connection
/// that got the same number.
struct ConnectionTable: @unchecked Sendable {
  /// One word per place: zero without a connection, otherwise the descriptor plus one. A bit marks connections that
  /// were shut down, and the word is negative while the monitor holds it. Zero pages take no memory, so that lanes
  /// without connections cost nothing.
  private let words: UnsafeMutablePointer<Atomic<Int32>>
  /// The place that each lane is at; nil if each has only one.
  private let current: UnsafeMutablePointer<Atomic<Int16>>?
  /// The number of places per lane.
  private let width: Int
  private let endpoints: UnsafeMutablePointer<SocketAddress>
  private let endpointCount: Int
  /// The arrangement that tells which lanes are slow bystanders, if there are any. Their small receive buffer soon
  /// makes a sender meet a full window.
  private let slow: Arrangement?
  /// The number of lanes.
  let count: Int

  private static var none: Int32 { 0 }
  /// Higher than any descriptor plus one: Linux's `NR_OPEN_MAX` is below it.
  private static var shutMark: Int32 { 1 << 30 }

  @inline(__always)
  private static func socket(of word: Int32) -> Socket { Socket(descriptor: (word & ~shutMark) - 1) }

  /// SO_RCVBUF of slow lanes, in bytes.
  static let smallReceiveBuffer: Int32 = 4 << 10

  init(count: Int, endpoints addresses: [SocketAddress], slow: Arrangement? = nil) {
    self.count = count
    self.slow = slow
    width = max(1, addresses.count)
    words = calloc(max(count * width, 1), MemoryLayout<Atomic<Int32>>.stride)!.bindMemory(
      to: Atomic<Int32>.self, capacity: count * width)
    current =
      width == 1
      ? nil
      : calloc(max(count, 1), MemoryLayout<Atomic<Int16>>.stride)!.bindMemory(to: Atomic<Int16>.self, capacity: count)
    endpointCount = addresses.count
    endpoints = .allocate(capacity: addresses.count)
    endpoints.initialize(from: addresses, count: addresses.count)
  }

  private init(_ lanes: Range<Int>, of whole: ConnectionTable, _ part: Arrangement) {
    width = whole.width
    words = whole.words + lanes.lowerBound * width
    current = whole.current.map { $0 + lanes.lowerBound }
    count = lanes.count
    slow = whole.slow == nil ? nil : part
    endpoints = whole.endpoints
    endpointCount = whole.endpointCount
  }

  /// The connections of a range of lanes, numbered from 0. The whole must outlive it.
  /// - Parameter part: the arrangement of those lanes.
  func slice(_ lanes: Range<Int>, _ part: Arrangement) -> ConnectionTable {
    ConnectionTable(lanes, of: self, part)
  }

  func deallocate() {
    free(words)
    free(current)
    endpoints.deinitialize(count: endpointCount)
    endpoints.deallocate()
  }

  /// Whether the lanes' connections may take all or nearly all descriptors of the process.
  var mayTakeAllDescriptors: Bool { endpointCount > 0 && placeCount >= ProcessControl.descriptorLimit.soft / 2 }

  // MARK: Places

  /// The number of places of all lanes.
  var placeCount: Int { count * width }

  /// The place that the lane is at.
  @inline(__always)
  func place(of lane: Int) -> Int {
    guard let current else { return lane }
    return lane &* width &+ Int(current[lane].load(ordering: .relaxed))
  }

  /// The lane that the place belongs to.
  @inline(__always)
  func lane(of place: Int) -> Int { current == nil ? place : place / width }

  /// All places of the lane.
  func places(of lane: Int) -> Range<Int> { lane * width..<(lane + 1) * width }

  /// The endpoint that the lane is connected to at its current place; nil if it is not connected.
  func endpoint(of lane: Int) -> Int32? { isOpen(place(of: lane)) ? Int32(place(of: lane) - lane * width) : nil }

  // MARK: Connections, by place

  /// To be used only by the lane's own mode.
  @inline(__always)
  func socket(of place: Int) -> Socket { Self.socket(of: abs(words[place].load(ordering: .relaxed))) }

  func isOpen(_ place: Int) -> Bool { words[place].load(ordering: .relaxed) != Self.none }

  /// Stores an open connection at a place.
  func adopt(_ socket: Socket, at place: Int) { words[place].store(socket.descriptor + 1, ordering: .releasing) }

  /// The state of a lane's connection to an endpoint.
  enum Reaching {
    /// The lane has an open connection already.
    case open
    case established(Socket)
    case inProgress(Socket)
  }

  /// Moves the lane to its place for an endpoint, and starts a connection if there is none. On failure the place has no
  /// connection.
  // Not inlined: the space for an address would be part of every task that may connect.
  @inline(never)
  func connect(_ lane: Int, to endpoint: Int32, blocking: Bool) throws(Errno) -> Reaching {
    current?[lane].store(Int16(truncatingIfNeeded: endpoint), ordering: .relaxed)
    let place = place(of: lane)
    if isOpen(place) { return .open }
    let address = endpoints + Int(endpoint)
    adopt(
      try Socket.open(family: address.pointee.family, blocking: blocking, receiveBuffer: receiveBuffer(of: lane)),
      at: place)
    do throws(Errno) {
      switch try socket(of: place).connect(to: address.pointee) {
      case .established(let socket): return .established(socket)
      case .inProgress(let socket): return .inProgress(socket)
      }
    } catch {
      close(place)
      throw error
    }
  }

  /// The size of the lane's receive buffer in bytes; nil for the system's default.
  func receiveBuffer(of lane: Int) -> Int32? {
    slow.flatMap { $0.isBystander(lane) ? Self.smallReceiveBuffer : nil }
  }

  /// Connects lanes before the trial.
  /// - Parameter isPatient: if false, the first lane that waits for long and all lanes after it stay unconnected. The
  ///   backlog of a server that serves one connection at a time holds only so many clients.
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
          return close(place(of: lane))
        }
      }
      try socket(of: place(of: lane)).setBlocking(blocking)
    }
  }

  /// Closes all connections of a lane.
  func closeAll(of lane: Int) { for place in places(of: lane) { close(place) } }

  /// Closes the connection, if there is one.
  func close(_ place: Int) {
    while true {
      let word = words[place].load(ordering: .relaxed)
      if word == Self.none { return }
      if word < Self.none {
        sched_yield()
      } else if words[place].compareExchange(expected: word, desired: Self.none, ordering: .acquiring).exchanged {
        Self.socket(of: word).close()
        return
      }
    }
  }

  /// Shuts the connection down, once; for the monitor. Without the mark, each pass over a million connections would
  /// take seconds from the threads that close them.
  func shutDown(_ place: Int) {
    let word = words[place].load(ordering: .relaxed)
    guard word > Self.none, word & Self.shutMark == 0, take(place, word) else { return }
    let isShut = Self.socket(of: word).shutdown()
    words[place].store(isShut ? word | Self.shutMark : word, ordering: .releasing)
  }

  /// Calls `body` with the connection, if there is one, which cannot be closed meanwhile; for the monitor.
  @inline(__always)
  func withOpen(_ place: Int, _ body: (Socket) -> Void) {
    let word = words[place].load(ordering: .relaxed)
    guard word > Self.none, take(place, word) else { return }
    body(Self.socket(of: word))
    words[place].store(word, ordering: .releasing)
  }

  @inline(__always)
  private func take(_ place: Int, _ word: Int32) -> Bool {
    words[place].compareExchange(expected: word, desired: -word, ordering: .acquiring).exchanged
  }
}
