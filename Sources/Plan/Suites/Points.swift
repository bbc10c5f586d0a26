/// Where a trial stands in its experiment.
public struct Point: Hashable, Sendable {
  public var mode: ModeID
  public var concurrency: Int
  public var arrivals: Arrivals
  /// Nil for no limit.
  public var limit: Int?
  /// How many workers work is left to; nil where the workload says, or nothing is.
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
  /// In which mode the client is: where the mode under test serves, it is one and the same for all.
  package func client(of mode: ModeID) -> ModeID { workload.isServe ? .epoll : mode }

  /// Why it cannot be carried out in a mode; nil where it can.
  package func objection(in mode: ModeID) -> String? {
    let client = client(of: mode)
    return (workload.isServe ? mode.objection(to: workload) : nil) ?? objection(of: client, in: mode)
      ?? client.objection(to: workload.asked, pipeline: pipeline ?? 1, beside: bystanders)
  }

  /// What a round carries out, whatever is measured: every mode at every concurrency, rate, limit and width of a pool;
  /// where a rate is searched, in the closed loop that the search begins with.
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
