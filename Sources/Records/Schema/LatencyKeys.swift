import Plan

extension TrialRecord.Latency.CodingKeys: DescribedKey {
  static let object = "Latencies of the operations that are done."
  static let definitionName: String? = "latency"

  var field: FieldDescription {
    switch self {
    case .service: "From an operation's actual start to its end; ns."
    case .response: "From its intended start to its end, in open loop and where lanes queue on a limit; ns."
    case .queueing: "From its intended start to its actual one, where lanes queue on a limit; ns."
    }
  }
}

extension LatencySummary.CodingKeys: DescribedKey {
  static let object =
    "A distribution of latencies in nanoseconds. Percentiles with fewer than ten samples beyond " + "them are absent."
  static let definitionName: String? = "summary"

  var field: FieldDescription {
    switch self {
    case .count: "How many latencies."
    case .min: "The shortest; ns."
    case .mean: .init("The mean; ns.", minimum: 0)
    case .max: "The longest; ns."
    case .p50: "The median; ns."
    case .p90: "The 90th percentile; ns."
    case .p99: "The 99th percentile; ns."
    case .p999: "The 99.9th percentile; ns."
    case .beyondRange:
      .init("How many were longer than the histogram's range, which is an hour; absent where none was.", minimum: 1)
    case .histogram:
      .init(
        "HdrHistogram's V2 encoding in Base64, not compressed: 1 ns to 1 h with three significant digits; ns.",
        pattern: #"^HISTEw[A-Za-z0-9+/]+={0,2}$"#)
    }
  }
}

extension SeriesPoint.CodingKeys: DescribedKey {
  static let object = "A point."

  var field: FieldDescription {
    switch self {
    case .t: "From the window's opening; ns."
    case .done: "Operations done."
    case .p50: "Their median service time; ns."
    case .p99: "Their 99th percentile; ns."
    case .max: "The longest; ns."
    case .threads: "Threads of the client."
    case .counts:
      .init(
        "How many of their service times lay where: Base64 of the counts, without the header, of "
          + "HdrHistogram's V2 encoding for 1 ns to 1 h with one significant digit; absent where nothing " + "was done."
      )
    }
  }
}
