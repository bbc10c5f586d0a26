import Measurement

extension SleepSpec.CodingKeys: DescribedKey {
  static let object = "One operation waits."

  var field: FieldDescription {
    switch self {
    case .duration: "How long; a number with its unit."
    }
  }
}

extension EchoSpec.CodingKeys: DescribedKey {
  static let object = "One operation sends bytes and receives the same bytes."

  var field: FieldDescription {
    switch self {
    case .transport: "What it runs over."
    case .size: "The message; a number with its unit."
    case .delay:
      .init(
        "How long the own server waits before it answers: a time, or a distribution with its mean, "
          + "or with its median and sigma.")
    case .ends: "Whether the far end is in the server process, or both ends are in the mode."
    case .timeout: "The most that one operation may take; 0ns for no limit; a number with its unit."
    case .faults: "What the own server does wrong, by the seed."
    }
  }
}

extension HTTPSpec.CodingKeys: DescribedKey {
  static let object = "One operation is an HTTP/1.1 request and its reply."

  var field: FieldDescription {
    switch self {
    case .method: "The request method."
    case .headers: "Header lines that the request has besides; Host replaces the target's."
    case .body: "The request's body."
    case .targets: "Servers that are asked instead of the own one, in turn; {i} stands for the number of the operation."
    case .connection: "A connection for each lane, or for each operation."
    case .delay:
      .init(
        "How long the own server waits before it answers: a time, or a distribution with its mean, "
          + "or with its median and sigma.")
    case .size: "The body that the own server is asked for, absent for its greeting; a number with its unit."
    case .timeout: "The most that one operation may take; 0ns for no limit; a number with its unit."
    case .faults: "What the own server does wrong, by the seed."
    case .gather: "Whether replies are kept, in replies/*.jsonl."
    case .maxHead: "The most that the head of a reply may come to, 64KiB where absent; a number with its unit."
    case .maxFields: .init("The most fields that the head of a reply may have; 1000 where absent.", minimum: 1)
    case .lenient:
      "Whether replies are taken that have spaces after a chunk size; absent where they are refused."
    }
  }
}

extension FileSpec.CodingKeys: DescribedKey {
  static let object = "One operation reads or writes a part of a data file."

  var field: FieldDescription {
    switch self {
    case .access: "What is done."
    case .pattern: "Where."
    case .size: "What one call reads or writes; a number with its unit."
    case .span: "The size of the data file; a number with its unit."
    case .direct: "Whether past the page cache (O_DIRECT)."
    case .sync: "What ends a write."
    case .offload: "Who does it."
    case .pool: .init("How many threads it is left to.", minimum: 1)
    case .depth: .init("How many requests the mode uring has in the kernel at most.", minimum: 1)
    }
  }
}

extension ComputeSpec.CodingKeys: DescribedKey {
  static let object = "One operation is one of http against the own server, and then work for a processor."

  var field: FieldDescription {
    switch self {
    case .work: "How long each operation takes a processor after its reply; a number with its unit."
    case .offload: "Who does it."
    case .pool: .init("How many threads or processes it is left to.", minimum: 1)
    // Those of http, which are refused here.
    case .targets, .faults, .gather: .ofItsType
    }
  }
}

extension FaultKind: DescribedKey {
  public static let object =
    "Faults of the own server, each with its rate per operation, from 0 to 1; absent kinds do not occur."
  public static let definitionName: String? = "faults"

  public var field: FieldDescription {
    switch self {
    case .reset: .init("It resets the connection instead of answering.", minimum: 0, maximum: 1)
    case .truncate: .init("It closes the connection within its answer.", minimum: 0, maximum: 1)
    case .stall: .init("It never answers.", minimum: 0, maximum: 1)
    case .garbage: .init("Its answer is not one.", minimum: 0, maximum: 1)
    case .drip: .init("Its answer comes in small pieces.", minimum: 0, maximum: 1)
    }
  }
}

extension BystanderSpec.CodingKeys: DescribedKey {
  static let object = "Lanes beside those that are measured."

  var field: FieldDescription {
    switch self {
    case .count: .init("How many.", minimum: 1)
    case .manner: .init("What they do.", oneOf: BystanderSpec.Manner.allCases.map(\.rawValue))
    case .every: "paced: the time in which each starts one operation; a number with its unit."
    case .rate: "slow: what each reads in a second; a number with its unit."
    }
  }
}

extension WorkloadSpec: WrittenInForms {
  public static let object = "What one operation is, as suites have it."
  public static let definitionName = "workload"

  public static var forms: [ObjectForm] {
    [
      ObjectForm(SleepSpec.self, ["kind": "sleep"]), ObjectForm(EchoSpec.self, ["kind": "echo"]),
      ObjectForm(HTTPSpec.self, ["kind": "http"]), ObjectForm(FileSpec.self, ["kind": "file"]),
      ObjectForm(ComputeSpec.self, ["kind": "compute"]),
      ObjectForm(HTTPSpec.self, ["kind": "serve", "protocol": "http"]),
      ObjectForm(EchoSpec.self, ["kind": "serve", "protocol": "echo"]),
    ]
  }

  public static func field(of key: String) -> FieldDescription {
    key == "kind" ? "The workload." : "What the mode under test serves, and is asked for by what stands beside it."
  }
}

extension Delay: PatternedText {
  public static var pattern: String {
    let time = Nanoseconds.pattern.dropFirst().dropLast()
    return "^(\(time)|exponential:\(time)|lognormal:\(time):[0-9.e+-]+)$"
  }
}

extension HTTPTarget: PatternedText {
  public static let pattern = "^http://"
}
