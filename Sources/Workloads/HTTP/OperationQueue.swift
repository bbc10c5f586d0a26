import Glibc
import Measurement
import Synchronization

/// The operations that a lane has in hand, the oldest first. Its room is made once. Other threads may see how many there
/// are, and when each began.
struct OperationQueue: ~Copyable {
  struct Place: ~Copyable {
    var operation: UInt64
    /// In nanoseconds.
    let start: Atomic<UInt64>
    /// The bytes of its request, once that is written.
    var requestBytes: Int

    /// The operation as its request knows it: a warm-up does the same operations as what it warms up for.
    var number: UInt64 { operation & ~TrialState.warmUpBit }
  }

  private let places: UnsafeMutablePointer<Place>
  /// One less than the number of places, which is a power of two.
  private let mask: Int
  private let first = Atomic<Int>(0)
  private let held = Atomic<Int>(0)

  init(capacity: Int) {
    var count = 1
    while count < capacity { count *= 2 }
    mask = count - 1
    // Zero bytes are a place.
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
