import Plan

extension TrialRecord.Latency.CodingKeys: DescribedKey {
  static let object = "Latencies of the done operations."
  static let definitionName: String? = "latency"

  var field: FieldDescription {
    switch self {
    case .service: "From an operation's actual start to its end; ns."
    case .response: "From an operation's intended start to its end, in an open loop or if lanes queue for a permit; ns."
    case .queueing: "From an operation's intended to its actual start, if lanes queue for a permit; ns."
    }
  }
}

extension LatencySummary.CodingKeys: DescribedKey {
  static let object =
    "A distribution of latencies in nanoseconds. A percentile with fewer than ten samples beyond it is absent."
  static let definitionName: String? = "summary"

  var field: FieldDescription {
    switch self {
    case .count: "The number of latencies."
    case .min: "The shortest; ns."
    case .mean: .init("The mean; ns.", minimum: 0)
    case .max: "The longest; ns."
    case .p50: "The median; ns."
    case .p90: "The 90th percentile; ns."
    case .p99: "The 99th percentile; ns."
    case .p999: "The 99.9th percentile; ns."
    case .beyondRange:
      .init("The number of latencies beyond the histogram's range of one hour; absent if there are none.", minimum: 1)
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
    case .t: "Time since the window opened; ns."
    case .done: "Operations done."
    case .p50: "Their median service time; ns."
    case .p99: "Their 99th percentile; ns."
    case .max: "The longest; ns."
    case .threads: "The client's number of threads."
    case .counts:
      .init(
        "The distribution of service times: Base64 of the counts, without the header, of HdrHistogram's V2 "
          + "encoding for 1 ns to 1 h with one significant digit; absent if nothing was done."
      )
    }
  }
}
