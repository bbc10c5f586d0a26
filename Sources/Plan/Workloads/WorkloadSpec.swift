import Measurement

/// A workload with its parameters, as suites and plans write it: `{"kind": "http", "delay": "2ms"}`. What there is to know
/// of any kind, such as `timeout`, is asked of its ``WorkloadParameters``.
@dynamicMemberLookup
public enum WorkloadSpec: Hashable, Sendable {
  case sleep(SleepSpec)
  case echo(EchoSpec)
  case http(HTTPSpec)
  case file(FileSpec)
  case compute(ComputeSpec)
  case serve(ServeSpec)

  /// All kinds, in the order in which they are listed.
  public static let types: [any WorkloadParameters.Type] = [
    SleepSpec.self, EchoSpec.self, HTTPSpec.self, FileSpec.self, ComputeSpec.self, ServeSpec.self,
  ]

  public var parameters: any WorkloadParameters {
    switch self {
    case .sleep(let spec): spec
    case .echo(let spec): spec
    case .http(let spec): spec
    case .file(let spec): spec
    case .compute(let spec): spec
    case .serve(let spec): spec
    }
  }
}

extension WorkloadSpec {
  public static let kinds = types.map { $0.kind }
  /// What kinds are called elsewhere.
  public static let otherNames = Dictionary(
    uniqueKeysWithValues: types.flatMap { type in type.otherNames.map { ($0, type.kind) } })

  public var kind: String { type(of: parameters).kind }
  /// The widest pool that it may have.
  public var largestPool: Int { type(of: parameters).largestPool }

  public subscript<Value>(dynamicMember path: KeyPath<any WorkloadParameters, Value>) -> Value {
    parameters[keyPath: path]
  }

  /// One of a kind, with what its options are unless given; nil where there is no such kind.
  public init?(kind: String) {
    guard let type = Self.types.first(where: { $0.kind == kind }) else { return nil }
    self = type.init().spec
  }

  /// The same with what a command line says.
  /// - Parameter texts: what is given for an option, by its flag; nil where it is not given.
  public func taking(_ texts: (_ flag: String) -> [String]?) throws(FlagMalformed) -> WorkloadSpec {
    var changed = parameters
    try changed.take(texts)
    return changed.spec
  }

  /// The same with another pool; only where it has one.
  public func with(poolWidth: Int) -> WorkloadSpec { parameters.with(poolWidth: poolWidth).spec }

  /// The same without who does the work, and without its work.
  public var withoutOffload: WorkloadSpec { parameters.withoutOffload.spec }
  public var withoutWork: WorkloadSpec { parameters.withoutWork.spec }

  /// What reports say of it, of one part.
  public func words(_ part: WordsPart) -> [String] { parameters.words(part) }

  /// With what follows from its values, once they have been checked as those of a file are.
  func validated() throws(SpecComplaint) -> WorkloadSpec {
    var settled = parameters
    settled.settle()
    if let complaint = settled.complaint() { throw SpecComplaint(complaint.key, complaint.text) }
    return settled.spec
  }

  /// The longest time that a suite may ask for.
  public static let longestTime = Nanoseconds.seconds(30 * 86_400)

  /// What is wrong with a time that is too long, if it is.
  package static func complaint(about time: Nanoseconds?) -> String? {
    time.flatMap { $0 > longestTime ? "\($0) is too long; at most \(longestTime), which are 30 days" : nil }
  }
}

extension WorkloadSpec {
  /// What it does to a data file; nil where it has none.
  public var file: FileSpec? { if case .file(let spec) = self { spec } else { nil } }

  /// What its client asks over HTTP; nil where it asks nothing so.
  public var http: HTTPSpec? {
    switch self.asked {
    case .http(let spec): spec
    case .compute(let spec): spec.http
    default: nil
    }
  }

  /// Whether the mode under test serves.
  public var isServe: Bool { if case .serve = self { true } else { false } }
}

extension WorkloadSpec: Codable {
  private enum CodingKeys: String, CodingKey { case kind }

  public init(from decoder: any Decoder) throws {
    self = try Self.parametersType(in: decoder).init(from: decoder).spec
  }

  /// As it was recorded, by any version: members that are not known here are left out, and nothing is checked.
  public init(recorded decoder: any Decoder) throws {
    self = try Self.parametersType(in: decoder).init(recorded: decoder).spec
  }

  private static func parametersType(in decoder: any Decoder) throws -> any WorkloadParameters.Type {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    guard let type = types.first(where: { $0.kind == kind }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container,
        debugDescription: Spelling.isNot(kind, "a workload", among: Self.kinds, aliases: Self.otherNames))
    }
    return type
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try parameters.encode(to: encoder)
  }
}
