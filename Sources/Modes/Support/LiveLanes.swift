/// The lanes of a loop that were begun and have not finished.
struct LiveLanes {
  private(set) var count = 0
  private let tellsOfEnds: Bool
  private var ended: [Int] = []

  /// - Parameter tellsOfEnds: whether lanes that finish are to be answered by `popEnded`.
  init(tellsOfEnds: Bool) { self.tellsOfEnds = tellsOfEnds }

  mutating func begin() { count += 1 }

  mutating func finish(_ lane: Int) {
    count -= 1
    if tellsOfEnds { ended.append(lane) }
  }

  /// A lane that has finished and has not been told of.
  mutating func popEnded() -> Int? { ended.popLast() }
}
