/// The content of `primitives.json`: what the parts of operations cost on a machine, measured apart from any trial.
public struct PrimitivesRecord: Codable, Equatable, Sendable {
  public static let name = "primitives.json"

  public var schemaVersion = SchemaVersion.current
  /// ISO 8601, UTC.
  public var started: String
  public var tool: RunRecord.Tool
  public var machine: Environment
  /// The number of interleaved rounds.
  public var rounds: Int
  public var primitives: [Entry]

  public init(started: String, tool: RunRecord.Tool, machine: Environment, rounds: Int, primitives: [Entry]) {
    self.started = started
    self.tool = tool
    self.machine = machine
    self.rounds = rounds
    self.primitives = primitives
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case started, tool, machine, rounds, primitives
  }

  /// What tells a primitive's measurements apart from others of its name.
  public struct Key: Hashable, Sendable {
    public var name: String
    public var size: Int?
    public var lanes: Int?
    public var delay: Int?
    public var processors: Int

    public init(_ name: String, size: Int? = nil, lanes: Int? = nil, delay: Int? = nil, processors: Int = 1) {
      self.name = name
      self.size = size
      self.lanes = lanes
      self.delay = delay
      self.processors = processors
    }
  }

  /// A primitive on one processor or two. It has numbers, or the reason why it has none.
  public struct Entry: Codable, Equatable, Sendable {
    public var name: String
    /// What one occurrence is.
    public var about: String
    /// The bytes of a message or block, where there is one.
    public var size: Int?
    /// The connections or threads that take turns, where there are some.
    public var lanes: Int?
    /// For waits: how long each lasts at least, in nanoseconds; 0 if a peer answers at once.
    public var delay: Int?
    /// The number of processors that the threads may use, from 1 on.
    public var processors: Int
    /// CPU time of an occurrence in nanoseconds, user and system time of all threads concerned: one value per round. A
    /// value that is a difference of two may be negative.
    public var cpu: [Double]?
    /// Elapsed time of an occurrence in nanoseconds: one value per round. With a delay, how long the processor idles while
    /// each lane waits once. Absent for a part of what several threads do at the same time, or in turns.
    public var wall: [Double]?
    /// Why the primitive cannot be measured on the machine.
    public var obstacle: String?

    public init(
      _ key: Key, about: String, cpu: [Double]? = nil, wall: [Double]? = nil, obstacle: String? = nil
    ) {
      name = key.name
      self.about = about
      size = key.size
      lanes = key.lanes
      delay = key.delay
      processors = key.processors
      self.cpu = cpu
      self.wall = wall
      self.obstacle = obstacle
    }

    public var key: Key { Key(name, size: size, lanes: lanes, delay: delay, processors: processors) }

    enum CodingKeys: String, CodingKey {
      case name, about
      case size = "size_bytes"
      case lanes
      case delay = "delay_ns"
      case processors
      case cpu = "cpu_ns"
      case wall = "wall_ns"
      case obstacle
    }
  }
}
