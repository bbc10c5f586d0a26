/// What something takes, in nanoseconds. A difference of two measured costs may be negative.
public struct Cost: Equatable, Codable, Sendable {
  /// CPU time of all threads concerned, user and system together.
  public var cpu: Double
  /// Elapsed time; nil for a part of what several threads do at the same time, or in turns.
  public var wall: Double?

  public init(cpu: Double, wall: Double?) {
    self.cpu = cpu
    self.wall = wall
  }

  public static let zero = Cost(cpu: 0, wall: 0)

  public var withoutWall: Cost { Cost(cpu: cpu, wall: nil) }

  public static func + (a: Cost, b: Cost) -> Cost {
    Cost(cpu: a.cpu + b.cpu, wall: a.wall.flatMap { wall in b.wall.map { wall + $0 } })
  }
  public static func - (a: Cost, b: Cost) -> Cost { a + b * -1 }
  public static func * (cost: Cost, factor: Double) -> Cost {
    Cost(cpu: cost.cpu * factor, wall: cost.wall.map { $0 * factor })
  }
  public static func / (cost: Cost, divisor: Double) -> Cost { cost * (1 / divisor) }

  enum CodingKeys: String, CodingKey {
    case cpu = "cpu_ns"
    case wall = "wall_ns"
  }
}
