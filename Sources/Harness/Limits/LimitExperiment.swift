import Plan

extension Limit {
  /// How long it takes about, in seconds.
  var expectedSeconds: Double {
    switch self {
    case .select: 1
    case .descriptors: 8
    case .ports: 4
    case .dispatchThreads: 1
    case .dispatchGrowth: DispatchGrowth.seconds
    case .cooperativePool: 2
    case .threads: 3
    case .keepAliveSlips: 2
    }
  }

  /// Whether it opens many connections, which are better left in a network that ends with them.
  var opensConnections: Bool {
    switch self {
    case .select, .descriptors, .ports, .keepAliveSlips: true
    case .dispatchThreads, .dispatchGrowth, .cooperativePool, .threads: false
    }
  }

  /// In the calling process, whose limits it may lower.
  /// - Parameters:
  ///   - brief: with fewer and shorter steps.
  ///   - hasOwnNetwork: whether the process is in a network namespace of its own.
  func carryOut(brief: Bool, hasOwnNetwork: Bool) throws -> LimitResult {
    switch self {
    case .select: try SelectLimit.carryOut()
    case .descriptors: try DescriptorLimit.carryOut(brief: brief)
    case .ports: try PortLimit.carryOut(brief: brief, hasOwnNetwork: hasOwnNetwork)
    case .dispatchThreads: try DispatchThreads.carryOut()
    case .dispatchGrowth: try DispatchGrowth.carryOut(brief: brief)
    case .cooperativePool: try CooperativePool.carryOut(brief: brief)
    case .threads: try ThreadLimit.carryOut(brief: brief)
    case .keepAliveSlips: try KeepAliveSlips.carryOut()
    }
  }
}

/// Why an experiment cannot be carried out on this machine, in a line with a remedy.
struct LimitObstacle: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}
