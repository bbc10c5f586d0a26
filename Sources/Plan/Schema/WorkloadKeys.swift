import Measurement

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

  public static var forms: [ObjectForm] { types.flatMap { $0.forms } }

  public static func field(of key: String) -> FieldDescription {
    key == "kind" ? "The workload." : "What the mode under test serves, and is asked for by what stands beside it."
  }
}

extension WorkloadParameters {
  public static var forms: [ObjectForm] { [ObjectForm(Self.self, ["kind": kind])] }
}

extension ServeSpec {
  public static var forms: [ObjectForm] {
    Scheme.allCases.map { scheme in
      let type: any WorkloadParameters.Type =
        switch scheme {
        case .http: HTTPSpec.self
        case .echo: EchoSpec.self
        }
      return ObjectForm(type, ["kind": kind, "protocol": scheme.rawValue])
    }
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
