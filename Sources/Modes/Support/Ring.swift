/// A first-in, first-out queue in a ring buffer that grows.
struct Ring<Element: BitwiseCopyable>: ~Copyable {
  private var elements: UnsafeMutablePointer<Element>
  private var capacity = 64
  private var first = 0
  private(set) var count = 0

  init() { elements = .allocate(capacity: capacity) }

  deinit { elements.deallocate() }

  /// Amortised constant time.
  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow() }
    elements[(first &+ count) & (capacity &- 1)] = element
    count &+= 1
  }

  @inline(__always)
  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = elements[first]
    first = (first &+ 1) & (capacity &- 1)
    count &-= 1
    return element
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
    for place in 0..<count { larger[place] = elements[(first + place) & (capacity - 1)] }
    elements.deallocate()
    (elements, capacity, first) = (larger, capacity * 2, 0)
  }
}

/// Lanes that wait for their turn.
typealias LaneQueue = Ring<UInt32>
