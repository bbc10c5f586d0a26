/// A point of an experiment: the settings that distinguish its trials from those of other points.
public struct Point: Hashable, Sendable {
  public var mode: ModeID
  public var concurrency: Int
  public var arrivals: Arrivals
  /// Nil for no limit.
  public var limit: Int?
  /// The number of workers to offload to; nil if the workload gives the number, or nothing is offloaded.
  public var pool: Int?

  public init(mode: ModeID, concurrency: Int, arrivals: Arrivals = .closed, limit: Int? = nil, pool: Int? = nil) {
    self.mode = mode
    self.concurrency = concurrency
    self.arrivals = arrivals
    self.limit = limit
    self.pool = pool
  }

  package func label(in experiment: Experiment) -> String {
    let rate = arrivals.rate.map { " at \($0 < 10 ? "\($0)" : "\(Int($0.rounded()))")/s" } ?? ""
    let limit = experiment.limits == nil ? "" : limit.map { ", limit \($0)" } ?? ""
    let pool = pool.map { ", pool \($0)" } ?? ""
    return "\(experiment.name) \(mode.rawValue) × \(concurrency)\(rate)\(limit)\(pool)"
  }
}

extension Experiment {
  /// The workload at a point, with the point's pool size.
  package func workload(at point: Point) -> WorkloadSpec {
    point.pool.map { workload.with(poolWidth: $0) } ?? workload
  }

  /// The coordinates of the point's trials.
  package func coordinates(at point: Point) -> Coordinates {
    func several(_ count: Int?) -> Int? { count.flatMap { $0 > 1 ? $0 : nil } }
    let workload = workload(at: point)
    let variant = point.mode.variant(doing: workload)
    return Coordinates(
      mode: point.mode.rawValue, variant: variant, concurrency: point.concurrency,
      Setting(
        arrivals: point.arrivals.kind, rate: point.arrivals.rate, limit: point.limit,
        pool: variant == nil ? nil : workload.poolWidth, pipeline: several(pipeline), each: each,
        processes: several(processes), serverProcesses: several(serverProcesses)))
  }
}

extension Experiment {
  /// In which mode the client is: where the mode under test serves, it is one and the same for all.
  package func client(of mode: ModeID) -> ModeID { workload.isServe ? Self.clientOfServers : mode }

  private static let clientOfServers = ModeID("epoll")

  /// Why a mode cannot run the experiment; nil if it can.
  package func objection(in mode: ModeID) -> String? {
    let client = client(of: mode)
    return (workload.isServe ? mode.objection(to: workload) : nil) ?? objection(of: client, in: mode)
      ?? client.objection(to: workload.asked, pipeline: pipeline ?? 1, beside: bystanders)
  }

  /// The points of one round, in every mode at every concurrency, rate, limit and pool size. A search for a rate has
  /// the points of the closed loop that it begins with.
  package var points: [Point] {
    let arrivals = objective != nil || schedules.isEmpty ? [.closed] : schedules
    let limits: [Int?] = limits?.values ?? [nil]
    return modes.flatMap { mode in
      concurrency.flatMap { concurrency in
        arrivals.flatMap { arrivals in
          limits.flatMap { limit in
            pools(of: mode).map { pool in
              Point(mode: mode, concurrency: concurrency, arrivals: arrivals, limit: limit, pool: pool)
            }
          }
        }
      }
    }
  }
}
