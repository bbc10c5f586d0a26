import Glibc
import Measurement
import Synchronization

/// The operations that a lane has in hand, oldest first. Its space is allocated once. Other threads may read the number
/// of operations and their starts.
struct OperationQueue: ~Copyable {
  struct Place: ~Copyable {
    var operation: UInt64
    /// In nanoseconds.
    let start: Atomic<UInt64>
    /// The bytes of its request, once written.
    var requestBytes: Int

    /// The operation's number in its request: a warm-up does the same operations as the window.
    var number: UInt64 { operation & ~TrialState.warmUpBit }
  }

  private let places: UnsafeMutablePointer<Place>
  /// The number of places, a power of two, minus one.
  private let mask: Int
  private let first = Atomic<Int>(0)
  private let held = Atomic<Int>(0)

  init(capacity: Int) {
    var count = 1
    while count < capacity { count *= 2 }
    mask = count - 1
    // A place of zero bytes is valid.
    places = calloc(count, MemoryLayout<Place>.stride)!.bindMemory(to: Place.self, capacity: count)
  }

  deinit { free(places) }

  @inline(__always)
  var count: Int { held.load(ordering: .acquiring) }

  @inline(__always)
  subscript(place: Int) -> UnsafeMutablePointer<Place> { places + (first.load(ordering: .relaxed) &+ place) & mask }

  @inline(__always)
  func append(_ operation: UInt64, startingAt now: Instant) {
    let count = held.load(ordering: .relaxed)
    let place = self[count]
    place.pointee.operation = operation
    place.pointee.start.store(now.nanoseconds, ordering: .relaxed)
    held.store(count &+ 1, ordering: .releasing)
  }

  @inline(__always)
  func removeFirst() {
    first.store(first.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    held.store(held.load(ordering: .relaxed) &- 1, ordering: .releasing)
  }
}
