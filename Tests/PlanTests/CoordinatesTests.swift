import Foundation
import Plan
import Testing

struct CoordinatesTests {
  private static let full = Coordinates(
    mode: "epoll", variant: "pool", concurrency: 64,
    Setting(
      arrivals: "poisson", rate: 1500.5, limit: 50, pool: 4, pipeline: 2, each: 3, processes: 5, serverProcesses: 6))

  @Test func allOfThemAreWrittenAndRead() throws {
    for coordinates in [Self.full, Coordinates(mode: "null"), Coordinates(mode: "blocking", concurrency: 1)] {
      let data = try JSONEncoder().encode(coordinates)
      #expect(try JSONDecoder().decode(Coordinates.self, from: data) == coordinates)
    }
    let keys = try JSONSerialization.jsonObject(with: JSONEncoder().encode(Self.full)) as? [String: Any]
    #expect(Set(keys?.keys.map { $0 } ?? []) == Set(Axis.allCases.map(\.rawValue)))
  }

  @Test func everyAxisIsKeptAloneAndLeftOutAlone() {
    for axis in Axis.allCases where Self.full.setting[axis] != nil {
      let alone = Self.full.setting.keeping([axis])
      let rest = Self.full.setting.without(axis)
      for other in Axis.allCases {
        #expect(alone[other] == (other == axis ? Self.full[axis] : nil))
        #expect(rest[other] == (other == axis ? nil : Self.full.setting[other]))
      }
    }
    #expect(Self.full.point == Coordinates(mode: "epoll", variant: "pool", concurrency: 64))
  }

  @Test func orderIsBySettingThenLanesThenModeOfThisBuild() {
    let sorted = [
      Coordinates(mode: "dispatch", concurrency: 1), Coordinates(mode: "epoll", concurrency: 1),
      Coordinates(mode: "another", concurrency: 1), Coordinates(mode: "blocking", concurrency: 8),
      Coordinates(mode: "blocking", concurrency: 1, Setting(limit: 5)),
      Coordinates(mode: "blocking", concurrency: 1, Setting(limit: 50)),
      Coordinates(mode: "blocking", concurrency: 1, Setting(rate: 10)),
    ]
    #expect(sorted.shuffled().sorted() == sorted)
  }
}
