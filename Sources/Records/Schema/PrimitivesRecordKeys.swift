import Plan

extension PrimitivesRecord.CodingKeys: DescribedKey {
  static let object = "primitives.json: what the parts of operations cost, measured apart from any trial."

  var field: FieldDescription {
    switch self {
    case .schemaVersion: .schemaVersion
    case .started: .time("When it began, in UTC (ISO 8601).")
    case .tool: "The program."
    case .machine: "The machine."
    case .rounds: .init("The number of rounds. Each round measures every primitive once.", minimum: 1)
    case .primitives: "The primitives. No two of them have the same name, size, lanes, delay and processors."
    }
  }
}

extension PrimitivesRecord.Entry.CodingKeys: DescribedKey {
  static let object = "A primitive: its numbers, or the reason why there are none."

  var field: FieldDescription {
    switch self {
    case .name: "The name."
    case .about: "What one occurrence is."
    case .size: .init("The size of a message or block in bytes.", minimum: 1)
    case .lanes: .init("The number of connections or threads that take turns.", minimum: 1)
    case .delay:
      .init("For waits: how long each lasts at least; 0 if a peer answers at once; ns.", minimum: 0)
    case .processors: .init("The number of processors that the threads may use.", minimum: 1)
    case .cpu:
      .init(
        "CPU time of an occurrence, user and system time of all threads concerned, one value per round. A value that is "
          + "a difference of two may be negative; ns.", leastCount: 1)
    case .wall:
      .init(
        "Elapsed time of an occurrence, one value per round. With a delay, how long the processor idles while each lane "
          + "waits once. Absent for a part of what several threads do at the same time, or in turns; ns.", leastCount: 1
      )
    case .obstacle: "Why it cannot be measured on this machine. Absent if there are numbers."
    }
  }
}
