/// A part of what an operation costs: a system call, a switch of threads, a task.
public struct Primitive: Hashable, Sendable {
  /// Lower-case words joined by hyphens, such as `tcp-send`.
  public let name: String
  /// What one occurrence is, with the name of a system call's manual page.
  public let about: String
  /// The bytes of a message or block; nil if there is none.
  public var size: Int?
  /// The connections or threads that take turns, and so compete for the caches; nil if there are none.
  public var lanes: Int?
  /// For waits: how long each lasts at least, in nanoseconds; 0 if a peer answers at once.
  public var delay: Int?

  public init(_ name: String, _ about: String, size: Int? = nil, lanes: Int? = nil, delay: Int? = nil) {
    self.name = name
    self.about = about
    self.size = size
    self.lanes = lanes
    self.delay = delay
  }
}

/// What measures one primitive, or several that only occur together.
public struct Bench: Sendable {
  public let primitives: [Primitive]
  /// The numbers of processors that it is measured on: one, or two, or both where that makes a difference.
  public let processors: Set<Int>
  /// Whether its process is to be started on the first of its processors only, as those of trials are. The runtimes size
  /// their pools at its start.
  public let startsOnFirst: Bool
  /// Sets up, has the sampler measure, and leaves nothing behind.
  let measure: @Sendable (Sampler) throws -> Void

  init(
    _ primitives: [Primitive], on processors: Set<Int> = [1], startsOnFirst: Bool = false,
    measure: @escaping @Sendable (Sampler) throws -> Void
  ) {
    self.primitives = primitives
    self.processors = processors
    self.startsOnFirst = startsOnFirst
    self.measure = measure
  }

  init(
    _ name: String, _ about: String, size: Int? = nil, lanes: Int? = nil, on processors: Set<Int> = [1],
    measure: @escaping @Sendable (Sampler) throws -> Void
  ) {
    self.init([Primitive(name, about, size: size, lanes: lanes)], on: processors, measure: measure)
  }

  /// The costs of the primitives, in their order, in one round on these processors. To be called in a process that was
  /// started on them, because the runtimes size their pools at its start.
  /// - Throws: ``Obstacle``, or another error, if they cannot be measured on this machine.
  public func costs(on processors: [Int]) throws -> [Cost] { try costs(measuredBy: Sampler(processors: processors)) }

  func costs(measuredBy sampler: Sampler) throws -> [Cost] {
    try measure(sampler)
    precondition(sampler.costs.count == primitives.count, "\(primitives[0].name) does not measure what it names")
    return sampler.costs
  }
}

/// Why a primitive cannot be measured on this machine, in words without a full stop.
struct Obstacle: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension Bench {
  /// All benches, in the order of tables.
  public static let all: [Bench] =
    calls + memory + transfers + connections + conversations + waits + uring + timers + sleeps + dispatch + tasks
    + files + harness
}
