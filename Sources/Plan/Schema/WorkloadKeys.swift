import Measurement

extension FaultKind: DescribedKey {
  public static let object =
    "Faults of the built-in server, each with its rate per operation, from 0 to 1; absent kinds do not occur."
  public static let definitionName: String? = "faults"

  public var field: FieldDescription {
    switch self {
    case .reset: .init("It resets the connection instead of answering.", minimum: 0, maximum: 1)
    case .truncate: .init("It closes the connection in the middle of its answer.", minimum: 0, maximum: 1)
    case .stall: .init("It never answers.", minimum: 0, maximum: 1)
    case .garbage: .init("It answers with invalid bytes.", minimum: 0, maximum: 1)
    case .drip: .init("It sends its answer in small pieces.", minimum: 0, maximum: 1)
    }
  }
}

extension BystanderSpec.CodingKeys: DescribedKey {
  static let object = "Lanes besides the measured ones."

  var field: FieldDescription {
    switch self {
    case .count: .init("How many.", minimum: 1)
    case .manner: .init("What each lane does.", oneOf: BystanderSpec.Manner.allCases.map(\.rawValue))
    case .every: "For paced: the interval at which each lane starts an operation; a number with its unit."
    case .rate: "For slow: the number of bytes that each lane reads per second; a number with its unit."
    }
  }
}

extension WorkloadSpec: WrittenInForms {
  public static let object = "The workload: what one operation is."
  public static let definitionName = "workload"

  public static var forms: [ObjectForm] { types.flatMap { $0.forms } }

  public static func field(of key: String) -> FieldDescription {
    key == "kind" ? "The workload." : "The protocol that is served; the other keys say what the client asks."
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
