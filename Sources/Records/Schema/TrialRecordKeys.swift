import Plan

extension TrialRecord.CodingKeys: DescribedKey {
  static let object =
    "A line of trials.jsonl: one workload at one point in one mode, as it was measured. What "
    + "does not apply is absent, never zero; units end the names of keys."

  var field: FieldDescription {
    switch self {
    case .schemaVersion:
      .init(
        "The version of the layout. Readers refuse versions that they do not know; within one, keys "
          + "are added and never renamed.", constant: SchemaVersion.current)
    case .runID:
      .init("The run that measured it; in a merged run, that of its origin.", pattern: #"^[^/\x00-\x1f\x7f]{1,255}$"#)
    case .experiment: .init("The experiment of the suite.", pattern: #"^[^\x00-\x1f\x7f]{1,120}$"#)
    case .trial:
      .init("Its number in the plan of the run; in a merged run, raised by the trial_offset of its origin.", minimum: 1)
    case .round:
      .init(
        "Trials of one round stand beside each other and may be paired; 0 for an audit. In a merged "
          + "run, raised by the round_offsets of its origin.")
    case .order: .init("Its place within the round.", minimum: 1)
    case .seed: "What its operations are drawn from; a whole number below 2^64."
    case .mode: .init("The way to wait, such as epoll.", pattern: #"^[^\x00-\x1f\x7f]{1,120}$"#)
    case .variant: "The variant of the mode, such as pool."
    case .recordedWorkload: .init("What one operation is.", as: WorkloadSpec.self)
    case .concurrency: .init("How many lanes.", minimum: 1, maximum: Double(PlanRange.lanes.upperBound))
    case .limit:
      .init(
        "How many lanes may have an operation in hand at once.", minimum: 1, maximum: Double(PlanRange.lanes.upperBound)
      )
    case .pipeline:
      .init("How many requests a connection carries at once.", minimum: 1, maximum: Double(PlanRange.lanes.upperBound))
    case .lanesServed:
      .init(
        "Lanes that were measured and had at least one operation done within the window; absent "
          + "where nobody counted them.")
    case .connectionsOpened:
      .init(
        "Connections that the client's lanes have had, from before the trial to its end; absent "
          + "where its operations need none.")
    case .reconnected:
      .init(
        "Of those of the lanes that are measured: how many took the place of one that was closed "
          + "while it was idle, whose operation was asked for again; absent where there are none.")
    case .each:
      .init("How many operations each lane was to do, where lanes did not take them from one another.", minimum: 1)
    case .processes: .init("How many client processes shared the lanes; absent where it was one.", minimum: 1)
    case .serverProcesses: .init("How many processes served; absent where it was one.", minimum: 1)
    case .repeats: .init("The number of the disturbed trial in whose place this one was carried out again.", minimum: 1)
    case .isSaturated:
      .init(
        "Whether an open loop offered more than the mode could do: a result, and no fault of the "
          + "trial. Absent in a closed loop.")
    case .operations: "What became of the operations."
    case .checksum: .init("Of all verified answers, in any order; 16 hexadecimal digits.", pattern: #"^[0-9a-f]{16}$"#)
    case .content:
      .init(
        "A digest of the content of the replies, where all operations ask for the same and nobody knows what it is: 16 "
          + "hexadecimal digits; differs where replies of the trial did.", pattern: "^([0-9a-f]{16}|differs)$")
    case .lenientReads:
      .init(
        "Of the replies to operations that are done: those that only lenient reading takes; absent "
          + "where reading was strict.")
    case .wall: "The length of the window; ns."
    case .connectWall: "How long it took to connect all lanes; ns."
    case .closeWall: "How long it took to close their connections and to end their processes; ns."
    case .throughput: .init("Operations done in the window; per second.", minimum: 0)
    case .latency: "Latencies; ns."
    case .sendLag:
      .init(
        "In open loop: how late operations started that a lane waited for, which is the mode's own "
          + "wake-up lag; ns.")
    case .longestQuiet:
      .init(
        "The longest span within the window in which operations were in hand and none ended, while "
          + "neither client nor server used a tenth of it; absent where the server is not the harness's " + "own; ns.")
    case .lanes:
      .init(
        "By class, where there is more than one. All else in the record is of the busy lanes, but for what processes "
          + "and the machine used.",
        keys: [
          (TrialRecord.LaneClass.busy, "The lanes that are measured."),
          ("idle", "Lanes that hold a connection and do nothing with it."),
          ("paced", "Lanes that start operations at a constant rate."),
          ("slow", "Lanes that read their replies slowly."),
        ])
    case .series: "What happened over the window: each point tells what came since the one before."
    case .client: "What the client used."
    case .server: "What the own server used."
    case .valid: "Whether it counts towards estimates."
    case .reasons: "Why it is not valid: each a name, a colon, and words."
    case .arrivals, .work, .bytes, .pacerLag, .coldStart, .inFlight, .machine, .audit, .skipped: .ofItsType
    }
  }
}

extension TrialRecord.Arrivals.CodingKeys: DescribedKey {
  static let object = "When operations start."

  var field: FieldDescription {
    switch self {
    case .kind: .init("When a lane is free (closed), or by a schedule.", oneOf: ["closed", "constant", "poisson"])
    case .rate: .init("Of a schedule: operations that start; per second.", above: 0, maximum: PlanRange.highestRate)
    case .scheduled: "Of a schedule: how many were to start within the window."
    }
  }
}

extension TrialRecord.Work.CodingKeys: DescribedKey {
  static let object = "Where an operation is work for a processor."

  var field: FieldDescription {
    switch self {
    case .iterations: "Steps of the computation."
    case .nominal: "How long they were to take, by the run's calibration; ns."
    }
  }
}

extension TrialRecord.Operations.CodingKeys: DescribedKey {
  static let object = "What became of the operations of the window."
  static let definitionName: String? = "operations"

  var field: FieldDescription {
    switch self {
    case .asked: "How many were to be done, where the plan says so."
    case .done: "Answered in full within the window."
    case .verified: "Of those done: with the content that was asked for."
    case .due: "In open loop: those whose intended start lay within the window, begun or not."
    case .unanswered: "Of those due: neither done nor failed at the window's end, begun or not."
    case .unfinished: "Started, and neither done nor failed at the window's end."
    case .failed: "Failed operations, by kind: a word such as timeout, or the symbol of an errno."
    case .non2xx: "Replies by their HTTP status, where it is not 2xx; they are done, and not verified."
    case .unansweredAge: "How long the unanswered ones had been due; ns."
    case .unfinishedAge: "How long the unfinished ones had been under way; ns."
    }
  }
}

extension TrialRecord.Ages.CodingKeys: DescribedKey {
  static let object = "How long operations had been due, or under way; ns."

  var field: FieldDescription {
    switch self {
    case .min: "The youngest; ns."
    case .mean: "Their mean; ns."
    case .max: "The oldest; ns."
    case .within: "The mean of what of them lies within the window; ns."
    }
  }
}

extension TrialRecord.Bytes.CodingKeys: DescribedKey {
  static let object = "Payload of the operations that are done."

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
    case .count: "How many lanes."
    case .served:
      .init(
        "How many of them had at least one operation done within the window; absent of idle ones, "
          + "and where nobody counted.")
    case .reconnected:
      .init(
        "Connections that took the place of one that was closed while it was idle; absent where " + "there are none.")
    case .workload:
      .init("Of bystanders: what one operation is; absent where it is that of the trial.", as: WorkloadSpec.self)
    case .operations: "Their operations."
    case .latency: "Their latencies; ns."
    case .early: "Of bystanders: operations done before the window opened; absent without a warm-up."
    }
  }
}

extension TrialRecord.ColdStart.CodingKeys: DescribedKey {
  static let object = "The warm-up, which nothing else counts."

  var field: FieldDescription {
    switch self {
    case .firstDone: "From the start of the lanes to the end of the first operation; ns."
    case .done: "Operations done in it."
    case .wall: "Its length; ns."
    }
  }
}

extension TrialRecord.InFlight.CodingKeys: DescribedKey {
  static let object = "Lanes that held an operation, sampled at random instants."

  var field: FieldDescription {
    switch self {
    case .mean: .init("Their mean.", minimum: 0)
    case .max: "The most; absent of several processes."
    case .samples: "How many samples."
    }
  }
}

extension TrialRecord.PacerLag.CodingKeys: DescribedKey {
  static let object =
    "How late sleeps of a thread ended that owes nothing to the mode; absent where it could have " + "no priority."

  var field: FieldDescription {
    switch self {
    case .p50: "The median; ns."
    case .max: "The largest; ns."
    case .samples: .init("How many sleeps.", minimum: 10)
    }
  }
}

extension TrialRecord.Skipped.CodingKeys: DescribedKey {
  static let object = "Where the trial was not carried out."

  var field: FieldDescription {
    switch self {
    case .reason: "Why."
    case .predictedWall: "How long it would have taken, by arithmetic; ns."
    }
  }
}
