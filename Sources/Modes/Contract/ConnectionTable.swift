import Glibc
import Measurement
import Synchronization
import SystemCalls

/// The connections of each lane: it has a place for one to each address, and is at one of its places at a time. With one
/// address a lane's number is that of its place. A lane's mode opens and closes them; the monitor may shut one down at any
/// time, which wakes whoever waits on it. A descriptor is never closed while the monitor has it in hand, so that it cannot
/// hit another one of the same number.
struct ConnectionTable: @unchecked Sendable {
  /// A place's word is its descriptor plus one, marked once the connection was shut down, and the negative of that while
  /// the monitor has it in hand; or zero without a connection: zero pages take no memory, so that lanes without
  /// connections cost nothing.
  private let words: UnsafeMutablePointer<Atomic<Int32>>
  /// Which of its places each lane is at; nil where each has one.
  private let current: UnsafeMutablePointer<Atomic<Int16>>?
  /// How many places a lane has.
  private let width: Int
  private let endpoints: UnsafeMutablePointer<SocketAddress>
  private let endpointCount: Int
  /// Where bystanders are slow, which lanes they are: their receive buffer is small, so that a sender soon meets a full
  /// window.
  private let slow: Arrangement?
  /// How many lanes there are.
  let count: Int

  private static var none: Int32 { 0 }
  /// Descriptors are lower (`NR_OPEN_MAX` of Linux is below it).
  private static var shutMark: Int32 { 1 << 30 }

  @inline(__always)
  private static func socket(of word: Int32) -> Socket { Socket(descriptor: (word & ~shutMark) - 1) }

  /// SO_RCVBUF of lanes that are slow, in bytes.
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

  /// The connections of some of the lanes, numbered from 0; the whole outlives it.
  /// - Parameter part: how those are arranged.
  func slice(_ lanes: Range<Int>, _ part: Arrangement) -> ConnectionTable {
    ConnectionTable(lanes, of: self, part)
  }

  func deallocate() {
    free(words)
    free(current)
    endpoints.deinitialize(count: endpointCount)
    endpoints.deallocate()
  }

  /// Whether the lanes' connections may be as many as the process can have descriptors, or nearly.
  var mayTakeAllDescriptors: Bool { endpointCount > 0 && placeCount >= ProcessControl.descriptorLimit.soft / 2 }

  // MARK: Places

  /// Of all lanes.
  var placeCount: Int { count * width }

  /// Where the lane is.
  @inline(__always)
  func place(of lane: Int) -> Int {
    guard let current else { return lane }
    return lane &* width &+ Int(current[lane].load(ordering: .relaxed))
  }

  /// Whose place it is.
  @inline(__always)
  func lane(of place: Int) -> Int { current == nil ? place : place / width }

  /// All that the lane has.
  func places(of lane: Int) -> Range<Int> { lane * width..<(lane + 1) * width }

  /// Which endpoint the lane is connected to where it is; nil where it is not.
  func endpoint(of lane: Int) -> Int32? { isOpen(place(of: lane)) ? Int32(place(of: lane) - lane * width) : nil }

  // MARK: Connections, by place

  /// For the lane's own mode only.
  @inline(__always)
  func socket(of place: Int) -> Socket { Self.socket(of: abs(words[place].load(ordering: .relaxed))) }

  func isOpen(_ place: Int) -> Bool { words[place].load(ordering: .relaxed) != Self.none }

  /// Gives a place a connection that is already open.
  func adopt(_ socket: Socket, at place: Int) { words[place].store(socket.descriptor + 1, ordering: .releasing) }

  /// How far a lane has come that is to go to an endpoint.
  enum Reaching {
    /// It has a connection there already.
    case open
    case established(Socket)
    case inProgress(Socket)
  }

  /// Brings the lane to its place for an endpoint, and begins a connection where it has none. Where that fails there is none.
  // Not inlined: the room for an address would be part of each task that may connect.
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

  /// Shuts the connection down, if there is one and it has not been yet: of a million, each pass would else take seconds
  /// from those who close them. For the monitor.
  func shutDown(_ place: Int) {
    let word = words[place].load(ordering: .relaxed)
    guard word > Self.none, word & Self.shutMark == 0, take(place, word) else { return }
    let isShut = Self.socket(of: word).shutdown()
    words[place].store(isShut ? word | Self.shutMark : word, ordering: .releasing)
  }

  /// Has the connection in hand, if there is one, so that it cannot be closed meanwhile. For the monitor.
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
