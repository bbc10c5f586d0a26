import Statistics
import Testing

struct KneeTests {
  @Test func kneeOfAnMM1QueueIsAtHalfItsCapacity() throws {
    let loads = stride(from: 0.1, to: 0.95, by: 0.1).map { $0 }
    let found = try #require(knee(throughputs: loads, responseTimes: loads.map { 1 / (1 - $0) }))
    #expect(abs(loads[found.index] - 0.5) < 1e-9)
    #expect(abs(found.power - 0.25) < 1e-9)
    #expect(found.isInterior)
  }

  @Test func kneeAtAnEdgeIsNotInterior() {
    #expect(knee(throughputs: [1, 2, 3], responseTimes: [1, 1, 1])?.isInterior == false)
    #expect(knee(throughputs: [3, 3, 3], responseTimes: [1, 2, 3])?.index == 0)
    #expect(knee(throughputs: [3, 3, 3], responseTimes: [1, 2, 3])?.isInterior == false)
  }

  @Test func firstOfEqualPowersIsTheKnee() {
    #expect(knee(throughputs: [1, 2, 4, 4], responseTimes: [1, 1, 2, 8])?.index == 1)
  }

  @Test(
    arguments: [
      ([1, 2], [1, 1]), ([1, 2, 3], [1, 1]), ([1, 0, 3], [1, 1, 1]), ([1, 2, 3], [1, 0, 1]),
      ([1, .infinity, 3], [1, 1, 1]),
      ([1, 2, 3], [1, .nan, 1]),
    ] as [([Double], [Double])])
  func thereIsNoKneeOfWhatIsNotACurve(throughputs: [Double], responseTimes: [Double]) {
    #expect(knee(throughputs: throughputs, responseTimes: responseTimes) == nil)
  }
}
