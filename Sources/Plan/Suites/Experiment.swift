import Measurement
import Statistics

/// One workload in several modes at several concurrencies.
public struct Experiment: Codable, Equatable, Sendable {
  public var name: String
  public var about: String?
  /// Whether trials that exceed the machine's limits are recorded as skipped; otherwise the run does not begin.
  public var optional: Bool?
  public var workload: WorkloadSpec
  public var modes: [ModeID]
  public var concurrency: [Int]
  /// `closed`, `constant` or `poisson`; an open loop has one point per rate.
  public var arrivals: String
  /// Offered rates, in operations per second.
  public var rates: [Double]
  /// The latency objective; the search finds the highest rate that meets it, instead of using `rates`.
  public var objective: Objective?
  /// The maximum number of lanes with an operation in flight; one point for each value.
  public var limits: AxisValues?
  /// The number of workers to offload to, with one point for each value, in modes that offload. If absent, the
  /// workload's own number is used.
  public var pools: AxisValues?
  /// The number of requests in flight per connection; one if absent.
  public var pipeline: Int?
  /// Lanes besides the measured ones, which use the workload in another manner.
  public var bystanders: BystanderSpec?
  /// The exact number of operations per lane. Lanes hold their connections until all are through.
  public var each: Int?
  /// The number of client processes that share the lanes, and of server processes; one if absent.
  public var processes: Int?
  public var serverProcesses: Int?
  /// What it needs of a run over several hosts; nil for nothing in particular.
  public var hosts: HostNeeds?
  /// The number of operations per trial; if absent, the window lasts `duration`.
  public var operations: UInt64?
  public var duration: Nanoseconds?
  public var warmup: Nanoseconds
  public var rounds: Int

  public static let headline = ModeID.allCases.filter { $0.kind == .headline }

  public init(
    name: String, workload: WorkloadSpec, modes: [ModeID] = Self.headline, concurrency: [Int] = [64],
    arrivals: String? = nil, rates: [Double] = [], objective: Objective? = nil, limit: Int? = nil,
    pipeline: Int? = nil, operations: UInt64? = nil, duration: Nanoseconds? = nil, warmup: Nanoseconds? = nil,
    rounds: Int? = nil
  ) {
    self.name = name
    self.workload = workload
    self.modes = modes
    self.concurrency = concurrency
    self.arrivals = arrivals ?? Self.usualArrivals(objective)
    self.rates = rates
    self.objective = objective
    limits = limit.map { AxisValues($0) }
    self.pipeline = pipeline
    self.operations = operations
    self.duration = operations == nil ? duration ?? .seconds(1) : nil
    self.warmup = warmup ?? Self.usualWarmup(operations)
    self.rounds = rounds ?? usualRounds
    if rounds == nil { self.rounds = roundsForVerdict }
  }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self)
    name = try fields.required(.name)
    about = try fields.value(.about)
    optional = try fields.value(.optional)
    workload = try fields.required(.workload)
    modes = try fields.value(.modes) ?? Self.headline
    concurrency = try fields.value(.concurrency) ?? [64]
    objective = try fields.value(.objective)
    arrivals = try fields.value(.arrivals) ?? Self.usualArrivals(objective)
    rates = try fields.value(.rates) ?? []
    limits = try fields.value(.limits)
    pools = try fields.value(.pools)
    pipeline = try fields.value(.pipeline)
    bystanders = try fields.value(.bystanders)
    each = try fields.value(.each)
    processes = try fields.value(.processes)
    serverProcesses = try fields.value(.serverProcesses)
    hosts = try fields.value(.hosts)
    operations = try fields.value(.operations)
    duration = try fields.value(.duration)
    warmup = try fields.value(.warmup) ?? (each == nil ? Self.usualWarmup(operations) : .zero)
    let asked: Int? = try fields.value(.rounds)
    rounds = asked ?? usualRounds
    settle()
    if asked == nil { rounds = roundsForVerdict }
    if let complaint { try fields.check(complaint.field, false, complaint.text) }
  }

  /// Adjusts values that depend on others.
  private mutating func settle() {
    if operations == nil && duration == nil && each == nil { duration = .seconds(1) }
  }

  /// The experiment with its dependent values settled, after the checks that a suite's file gets.
  func validated() throws(SpecComplaint) -> Experiment {
    var experiment = self
    do throws(SpecComplaint) {
      experiment.workload = try workload.validated()
    } catch {
      throw error.within("workload")
    }
    if let complaint = bystanders?.complaint {
      throw SpecComplaint(complaint.field.stringValue, complaint.text).within("bystanders")
    }
    if let complaint = hosts?.complaint {
      throw SpecComplaint(complaint.field.stringValue, complaint.text).within("hosts")
    }
    experiment.settle()
    if let complaint = experiment.complaint { throw SpecComplaint(complaint.field.stringValue, complaint.text) }
    return experiment
  }

  /// What is wrong with the values, if anything.
  package var complaint: (field: CodingKeys, text: String)? {
    if !Suite.isFileName(name) { return (.name, Suite.objection(toName: name)) }
    if operations != nil && duration != nil { return (.duration, "cannot be given along with operations") }
    if modes.isEmpty { return (.modes, "is empty") }
    if Set(modes).count < modes.count { return (.modes, "names a mode twice") }
    if concurrency.isEmpty { return (.concurrency, "is empty") }
    if let wrong = concurrency.first(where: { !PlanRange.lanes.contains($0) }) {
      return (.concurrency, "\(wrong) is not a number of lanes; it must be from 1 to 10000000")
    }
    if Set(concurrency).count < concurrency.count { return (.concurrency, "names a number twice") }
    if !Arrivals.kinds.contains(arrivals) {
      return (.arrivals, Spelling.isNone(arrivals, of: Arrivals.kinds))
    }
    if objective != nil {
      if arrivals == "closed" { return (.arrivals, "cannot be closed along with slo, which searches a rate") }
      if !rates.isEmpty { return (.rates, "cannot be given along with slo, which searches the rate") }
      if operations != nil { return (.operations, "cannot be given along with slo; give a duration") }
    }
    if arrivals == "closed" && !rates.isEmpty { return (.rates, "goes with arrivals constant or poisson") }
    if arrivals != "closed" && rates.isEmpty && objective == nil {
      return (.rates, "is missing: give the offered rate, in operations per second")
    }
    if let wrong = rates.lazy.compactMap(Arrivals.complaint).first { return (.rates, wrong) }
    if Set(rates).count < rates.count { return (.rates, "names a rate twice") }
    if let tuning { return tuning }
    if let pipelining { return (.pipeline, pipelining) }
    if let sharing { return sharing }
    if let objection = bystanders?.objection(to: workload.asked) { return (.bystanders, objection) }
    if bystanders != nil && (pipeline ?? 1) > 1 { return (.bystanders, "cannot be combined with a pipeline") }
    if bystanders != nil && workload.faults != nil { return (.bystanders, "cannot be combined with faults") }
    if let operations, !(1...Self.mostOperations).contains(operations) {
      return (.operations, "\(operations) is not a number of operations; it must be from 1 to \(Self.mostOperations)")
    }
    if let duration, duration < .milliseconds(1) { return (.duration, "\(duration) is too short; at least 1ms") }
    if let complaint = WorkloadSpec.complaint(about: duration) { return (.duration, complaint) }
    if let complaint = WorkloadSpec.complaint(about: warmup) { return (.warmup, complaint) }
    if let duration {
      if let absence = schedules.lazy.compactMap({ $0.absence(in: duration, after: warmup) }).first {
        return (.rates, absence)
      }
      if bystanders?.arrivals.absence(in: duration, after: warmup) != nil {
        return (.bystanders, "start no operation in a window of \(duration); ask for more of them, or more often")
      }
    }
    if !(1...10_000).contains(rounds) {
      return (.rounds, "\(rounds) is not a number of rounds; it must be from 1 to 10000")
    }
    if pointCount > Self.mostPoints {
      return (
        .concurrency, "with modes, rates, limits and pools makes \(pointCount) points; at most \(Self.mostPoints)"
      )
    }
    return nil
  }

  /// When operations start, for each rate; empty for a closed loop.
  package var schedules: [Arrivals] {
    switch arrivals {
    case "constant": rates.map { .constant(rate: $0) }
    case "poisson": rates.map { .poisson(rate: $0) }
    default: []
    }
  }

  /// The number that the highest rate makes in about four months.
  private static let mostOperations: UInt64 = 1_000_000_000_000_000
  private static let mostPoints = 10_000

  private static func usualArrivals(_ objective: Objective?) -> String { objective == nil ? "closed" : "constant" }

  private static func usualWarmup(_ operations: UInt64?) -> Nanoseconds {
    operations == nil ? .milliseconds(100) : .zero
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case name, about, optional, workload, modes, concurrency, arrivals
    case rates = "rate_per_s"
    case objective = "slo"
    case limits = "limit"
    case pools = "pool"
    case pipeline, bystanders, each, processes
    case serverProcesses = "server_processes"
    case hosts, operations, duration, warmup, rounds
  }
}
