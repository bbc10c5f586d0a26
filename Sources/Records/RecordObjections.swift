import Measurement
import Plan

extension RunRecord {
  var objection: String? {
    if let objection = RecordName.objection(toID: runID) { return "run_id is \(objection)" }
    for (index, part) in (mergedFrom ?? []).enumerated() {
      if let objection = part.run.objection { return "merged_from[\(index)].run: \(objection)" }
    }
    let experiments = plannedExperiments.enumerated().map { ("suite.experiments[\($0)].name", $1["name"]) }
    for (field, name) in [("suite.name", suite["name"])] + experiments {
      if let name = name?.string, let objection = RecordName.objection(toLabel: name) {
        return "\(field) is \(objection)"
      }
    }
    return nil
  }
}

extension TrialRecord {
  var objection: String? {
    if let objection = RecordName.objection(toID: runID) { return "run_id is \(objection)" }
    let kinds = [operations] + (lanes ?? [:]).values.map(\.operations)
    let names: [(String, [String])] = [
      ("experiment", [experiment]), ("mode", [mode]), ("variant", [variant].compactMap { $0 }),
      ("arrivals.kind", [arrivals.kind]), ("workload.kind", [recordedWorkload.kind].compactMap { $0 }),
      ("a class of lanes", (lanes ?? [:]).keys.sorted()),
      ("a kind of failure", kinds.flatMap { [$0.failed, $0.non2xx] }.flatMap { ($0 ?? [:]).keys.sorted() }),
    ]
    for (field, values) in names {
      for value in values {
        if let objection = RecordName.objection(toLabel: value) { return "\(field) is \(objection)" }
      }
    }
    let counts = [("concurrency", concurrency), ("limit", limit), ("pipeline", pipeline)]
    for (field, value) in counts {
      if let value, !PlanRange.lanes.contains(value) {
        return "\(field) is \(value), which is not from \(PlanRange.lanes.lowerBound) to \(PlanRange.lanes.upperBound)"
      }
    }
    if let rate = arrivals.rate, !(rate > 0 && rate <= PlanRange.highestRate) {
      return "arrivals.rate_per_s is \(rate), which is not above 0 and at most 1e8"
    }
    return nil
  }
}

extension LimitsRecord {
  var objection: String? {
    for (index, experiment) in experiments.enumerated() {
      let keys = (experiment.prediction ?? [:]).keys.sorted() + (experiment.measurement ?? [:]).keys.sorted()
      for name in [experiment.name] + keys {
        if let objection = RecordName.objection(toLabel: name) {
          return "a name in experiments[\(index)] is \(objection)"
        }
      }
    }
    return nil
  }
}

extension PrimitivesRecord {
  var objection: String? {
    if rounds < 1 { return "rounds is \(rounds), which is not from 1 on" }
    var known: Set<Key> = []
    for (index, primitive) in primitives.enumerated() {
      let place = "primitives[\(index)]"
      if let objection = RecordName.objection(toLabel: primitive.name) { return "\(place).name is \(objection)" }
      if !known.insert(primitive.key).inserted { return "\(place) repeats \(primitive.name)" }
      let counts = [("size_bytes", primitive.size), ("lanes", primitive.lanes), ("processors", primitive.processors)]
      for (field, value) in counts {
        if let value, value < 1 { return "\(place).\(field) is \(value), which is not from 1 on" }
      }
      if let delay = primitive.delay, delay < 0 { return "\(place).delay_ns is \(delay), which is negative" }
      guard primitive.obstacle == nil else {
        if primitive.cpu != nil || primitive.wall != nil { return "\(place) has numbers and an obstacle" }
        continue
      }
      if primitive.cpu == nil { return "\(place) has neither cpu_ns nor an obstacle" }
      for case (let field, let values?) in [("cpu_ns", primitive.cpu), ("wall_ns", primitive.wall)]
      where values.count != rounds {
        return "\(place).\(field) has \(values.count) values in \(rounds) rounds"
      }
    }
    return nil
  }
}
