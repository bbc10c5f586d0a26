/// The lanes of a loop that have begun and not finished.
struct LiveLanes {
  private(set) var count = 0
  private let tellsOfEnds: Bool
  private var ended: [Int] = []

  /// - Parameter tellsOfEnds: whether `popEnded` reports lanes that finish.
  init(tellsOfEnds: Bool) { self.tellsOfEnds = tellsOfEnds }

  mutating func begin() { count += 1 }

  mutating func finish(_ lane: Int) {
    count -= 1
    if tellsOfEnds { ended.append(lane) }
  }

  /// A lane that has finished and was not reported yet.
  mutating func popEnded() -> Int? { ended.popLast() }
}
