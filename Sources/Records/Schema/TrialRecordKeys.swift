import Plan

extension TrialRecord.CodingKeys: DescribedKey {
  static let object =
    "A line of trials.jsonl: one trial of one workload at one point in one mode. Values that "
    + "do not apply are absent, never zero; the names of keys end with their unit."

  var field: FieldDescription {
    switch self {
    case .schemaVersion: .schemaVersion
    case .runID:
      .init("The run that measured it; in a merged run, the original run.", pattern: #"^[^/\x00-\x1f\x7f]{1,255}$"#)
    case .experiment: .init("The experiment of the suite.", pattern: #"^[^\x00-\x1f\x7f]{1,120}$"#)
    case .trial:
      .init("The trial's number in the run's plan; in a merged run, plus the original run's trial_offset.", minimum: 1)
    case .round:
      .init(
        "Trials of one round run close together and may be paired; 0 for an audit. In a merged "
          + "run, plus the original run's round_offsets.")
    case .order: .init("The position within the round.", minimum: 1)
    case .seed: "The seed of its operations; a whole number below 2^64."
    case .mode: .init("The mode, such as epoll.", pattern: #"^[^\x00-\x1f\x7f]{1,120}$"#)
    case .variant: "The variant of the mode, such as pool."
    case .recordedWorkload: .init("What one operation is.", as: WorkloadSpec.self)
    case .concurrency: .init("The number of lanes.", minimum: 1, maximum: Double(PlanRange.lanes.upperBound))
    case .limit:
      .init(
        "The maximum number of lanes in flight.", minimum: 1, maximum: Double(PlanRange.lanes.upperBound)
      )
    case .pipeline:
      .init("The number of requests in flight per connection.", minimum: 1, maximum: Double(PlanRange.lanes.upperBound))
    case .lanesServed:
      .init(
        "Measured lanes that did at least one operation within the window; absent if not "
          + "counted.")
    case .connectionsOpened:
      .init(
        "All connections of the client's lanes, from before the trial to its end; absent "
          + "if the operations use none.")
    case .reconnected:
      .init(
        "Connections of measured lanes that replaced one that was closed while idle, and repeated its operation; "
          + "absent if there are none.")
    case .each:
      .init("The number of operations per lane, if each lane had its own.", minimum: 1)
    case .processes: .init("The number of client processes that shared the lanes; absent if one.", minimum: 1)
    case .serverProcesses: .init("The number of server processes; absent if one.", minimum: 1)
    case .repeats: .init("The number of the disturbed trial that this one repeats.", minimum: 1)
    case .isSaturated:
      .init(
        "Whether an open loop offered more than the mode could sustain: a result, not a fault of the "
          + "trial. Absent in a closed loop.")
    case .operations: "What became of the operations."
    case .checksum: .init("Of all verified answers, in any order; 16 hexadecimal digits.", pattern: #"^[0-9a-f]{16}$"#)
    case .content:
      .init(
        "A digest of the content of the replies, where all operations ask for the same and nobody knows what it is: 16 "
          + "hexadecimal digits; differs where replies of the trial did.", pattern: "^([0-9a-f]{16}|differs)$")
    case .lenientReads:
      .init(
        "Done operations whose reply only lenient reading accepts; absent if reading was "
          + "strict.")
    case .wall: "The length of the window; ns."
    case .connectWall: "The time to connect all lanes; ns."
    case .closeWall: "The time to close the lanes' connections and end their processes; ns."
    case .throughput: .init("Operations done in the window; per second.", minimum: 0)
    case .latency: "Latencies; ns."
    case .sendLag:
      .init(
        "In open loop: how late operations started although a lane was waiting, which is the mode's own "
          + "wake-up lag; ns.")
    case .longestQuiet:
      .init(
        "The longest span within the window in which operations were in hand and none ended, while "
          + "neither client nor server used a tenth of it; absent where the server is not the harness's " + "own; ns.")
    case .lanes:
      .init(
        "By class, if there are several. All other values cover the busy lanes only, except for the usage of processes "
          + "and of the machine.",
        keys: [
          (TrialRecord.LaneClass.busy, "The measured lanes."),
          ("idle", "Lanes that hold an idle connection."),
          ("paced", "Lanes that start operations at a constant rate."),
          ("slow", "Lanes that read their replies slowly."),
        ])
    case .series: "The course of the window: each point covers the time since the previous one."
    case .client: "The client's resource usage."
    case .server: "The built-in server's resource usage."
    case .hosts:
      .init("What each host did, if there were several; all other values are of all of them.", leastCount: 1)
    case .startSkew: .ofItsType
    case .valid: "Whether the trial counts towards estimates."
    case .reasons: "Why the trial is invalid: each reason is a name, a colon and a text."
    case .arrivals, .work, .bytes, .pacerLag, .coldStart, .inFlight, .machine, .audit, .skipped: .ofItsType
    }
  }
}

extension TrialRecord.Arrivals.CodingKeys: DescribedKey {
  static let object = "When operations start."

  var field: FieldDescription {
    switch self {
    case .kind: .init("When a lane is free (closed), or by a schedule.", oneOf: ["closed", "constant", "poisson"])
    case .rate: .init("The offered rate; operations per second.", above: 0, maximum: PlanRange.highestRate)
    case .scheduled: "For a schedule: the number of operations due within the window."
    }
  }
}

extension TrialRecord.Work.CodingKeys: DescribedKey {
  static let object = "The CPU work of each operation."

  var field: FieldDescription {
    switch self {
    case .iterations: "Steps of the computation."
    case .nominal: "The requested CPU time, which the run's calibration turned into steps; ns."
    }
  }
}

extension TrialRecord.Operations.CodingKeys: DescribedKey {
  static let object = "What became of the operations of the window."
  static let definitionName: String? = "operations"

  var field: FieldDescription {
    switch self {
    case .asked: "The planned number of operations, if the plan has one."
    case .done: "Operations answered in full within the window."
    case .verified: "Done operations with the expected content."
    case .due: "In an open loop: operations whose intended start lay within the window, started or not."
    case .unanswered: "Due operations that were neither done nor failed at the window's end, started or not."
    case .unfinished: "Operations that were started, and neither done nor failed at the window's end."
    case .failed: "Failed operations, by kind: a word such as timeout, or the symbol of an errno."
    case .non2xx: "Replies with an HTTP status other than 2xx, by status; they are done, but not verified."
    case .unansweredAge: "How long the unanswered operations had been due; ns."
    case .unfinishedAge: "How long the unfinished operations had been in flight; ns."
    }
  }
}

extension TrialRecord.Ages.CodingKeys: DescribedKey {
  static let object = "How long operations had been due or in flight; ns."

  var field: FieldDescription {
    switch self {
    case .min: "The youngest; ns."
    case .mean: "Their mean; ns."
    case .max: "The oldest; ns."
    case .within: "The mean of the part of each age that lies within the window; ns."
    }
  }
}

extension TrialRecord.Bytes.CodingKeys: DescribedKey {
  static let object = "The payload of the done operations."

  var field: FieldDescription {
    switch self {
    case .sent: "bytes."
    case .received: "bytes."
    }
  }
}

extension TrialRecord.LaneClass.CodingKeys: DescribedKey {
  static let object = "A class of lanes."
  static let definitionName: String? = "laneClass"

  var field: FieldDescription {
    switch self {
    case .count: "The number of lanes."
    case .served:
      .init(
        "The lanes that did at least one operation within the window; absent for idle lanes, "
          + "or if not counted.")
    case .reconnected:
      .init(
        "Connections that replaced one that was closed while idle; absent if there are none.")
    case .workload:
      .init("For bystanders: their workload; absent if it is the trial's.", as: WorkloadSpec.self)
    case .operations: "Their operations."
    case .latency: "Their latencies; ns."
    case .early: "For bystanders: operations done before the window opened; absent without a warm-up."
    }
  }
}

extension TrialRecord.ColdStart.CodingKeys: DescribedKey {
  static let object = "The warm-up, which no other value includes."

  var field: FieldDescription {
    switch self {
    case .firstDone: "From the start of the lanes to the end of the first operation; ns."
    case .done: "Operations done in the warm-up."
    case .wall: "Its length; ns."
    }
  }
}

extension TrialRecord.InFlight.CodingKeys: DescribedKey {
  static let object = "Lanes that held an operation, sampled at random instants."

  var field: FieldDescription {
    switch self {
    case .mean: .init("Their mean.", minimum: 0)
    case .max: "The maximum; absent for several processes."
    case .samples: "The number of samples."
    }
  }
}

extension TrialRecord.PacerLag.CodingKeys: DescribedKey {
  static let object =
    "How late sleeps ended in a thread that is independent of the mode; absent if it had no priority."

  var field: FieldDescription {
    switch self {
    case .p50: "The median; ns."
    case .max: "The largest; ns."
    case .samples: .init("The number of sleeps.", minimum: 10)
    }
  }
}

extension TrialRecord.Skipped.CodingKeys: DescribedKey {
  static let object = "Why the trial did not run; absent if it did."

  var field: FieldDescription {
    switch self {
    case .reason: "Why."
    case .predictedWall: "The predicted duration; ns."
    }
  }
}
