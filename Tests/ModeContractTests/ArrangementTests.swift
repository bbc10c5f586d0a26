import Testing

@testable import Modes

/// How lanes are divided between loops.
@Suite struct ArrangementTests {
  @Test(arguments: [1, 2, 3, 7, 64, 1001], [1, 2, 3, 8])
  func everyLaneIsInOnePartAndPairsAreNotParted(_ lanes: Int, processors: Int) {
    let arrangement = Arrangement(EpollMode.self, lanes: lanes, limit: nil, processors: processors)
    #expect(arrangement.parts == min(processors, (lanes + 1) / 2))
    let ranges = (0..<arrangement.parts).map { arrangement.range(of: $0) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<lanes))
    #expect(ranges.allSatisfy { !$0.isEmpty && $0.lowerBound % 2 == 0 })
    for lane in 0..<lanes { #expect(ranges[arrangement.group(of: lane)].contains(lane)) }
  }

  @Test(arguments: [1, 2, 5, 100]) func permitsAreDividedWithoutLossAndEveryLoopHasOne(_ limit: Int) {
    let arrangement = Arrangement(EpollMode.self, lanes: 64, limit: limit, processors: 3)
    #expect(arrangement.parts == min(3, limit))
    let permits = (0..<arrangement.parts).map { arrangement.permits(limit, of: $0) }
    #expect(permits.reduce(0, +) == limit && permits.allSatisfy { $0 > 0 })
  }

  @Test(arguments: [1, 8, 65], [1, 2, 3, 8]) func everyPartHasItsShareOfBystandersAfterItsBusyLanes(
    _ bystanders: Int, processors: Int
  ) {
    let arrangement = Arrangement(EpollMode.self, lanes: 20, bystanders: bystanders, limit: nil, processors: processors)
    #expect(arrangement.lanes == 20 + bystanders && arrangement.parts == processors)
    let ranges = (0..<processors).map { arrangement.range(of: $0) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<20 + bystanders))
    let beside = (0..<20 + bystanders).filter(arrangement.isBystander)
    #expect(beside.count == bystanders && arrangement.bystanderLanes.flatMap { Array($0) } == beside)
    #expect(
      arrangement.busyLanes.flatMap { Array($0) } == (0..<20 + bystanders).filter { !arrangement.isBystander($0) })
    for (part, range) in ranges.enumerated() {
      let own = arrangement.part(part)
      #expect(own.lanes == range.count && own.parts == 1)
      for (place, lane) in range.enumerated() {
        #expect(own.isBystander(place) == arrangement.isBystander(lane))
        #expect(arrangement.group(of: lane) == part)
      }
    }
    let shares = (0..<processors).map { arrangement.bystanderLanes[$0].count }
    #expect(shares.max()! - shares.min()! <= 3, "\(shares)")
  }

  @Test func threadsThatAreNotLoopsShareRecorders() {
    let arrangement = Arrangement(ThreadsMode.self, lanes: 100, limit: nil, processors: 2)
    #expect(arrangement.parts == 1 && arrangement.groups == 4 && arrangement.isShared)
    #expect(Set((0..<100).map { arrangement.group(of: $0) }) == [0, 1, 2, 3])
    let alone = Arrangement(BlockingMode.self, lanes: 1, limit: nil, processors: 2)
    #expect(alone.parts == 1 && alone.groups == 1 && !alone.isShared)
  }
}
