import Measurement

/// A workload with its parameters, as suites and plans write it: `{"kind": "http", "delay": "2ms"}`. Members that all
/// kinds have, such as `timeout`, come from its ``WorkloadParameters``.
@dynamicMemberLookup
public enum WorkloadSpec: Hashable, Sendable {
  case sleep(SleepSpec)
  case echo(EchoSpec)
  case http(HTTPSpec)
  case file(FileSpec)
  case compute(ComputeSpec)
  case serve(ServeSpec)

  /// All kinds, in the order of lists.
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
  /// Names of kinds elsewhere, each with the kind.
  public static let otherNames = Dictionary(
    uniqueKeysWithValues: types.flatMap { type in type.otherNames.map { ($0, type.kind) } })

  public var kind: String { type(of: parameters).kind }
  /// The maximum pool size.
  public var largestPool: Int { type(of: parameters).largestPool }

  public subscript<Value>(dynamicMember path: KeyPath<any WorkloadParameters, Value>) -> Value {
    parameters[keyPath: path]
  }

  /// A workload of this kind with its defaults; nil if there is no such kind.
  public init?(kind: String) {
    guard let type = Self.types.first(where: { $0.kind == kind }) else { return nil }
    self = type.init().spec
  }

  /// The workload with the command line's values applied.
  /// - Parameter texts: the texts given for a flag; nil if it is absent.
  public func taking(_ texts: (_ flag: String) -> [String]?) throws(FlagMalformed) -> WorkloadSpec {
    var changed = parameters
    try changed.take(texts)
    return changed.spec
  }

  /// The same workload with another pool size; only for a workload with a pool.
  public func with(poolWidth: Int) -> WorkloadSpec { parameters.with(poolWidth: poolWidth).spec }

  /// The same workload without its work and its offload.
  public var withoutOffload: WorkloadSpec { parameters.withoutOffload.spec }
  public var withoutWork: WorkloadSpec { parameters.withoutWork.spec }

  /// A report's words for one part of the workload.
  public func words(_ part: WordsPart) -> [String] { parameters.words(part) }

  /// The workload with its dependent values settled, after the checks that a file gets.
  func validated() throws(SpecComplaint) -> WorkloadSpec {
    var settled = parameters
    settled.settle()
    if let complaint = settled.complaint() { throw SpecComplaint(complaint.key, complaint.text) }
    return settled.spec
  }

  /// The longest time in a suite.
  public static let longestTime = Nanoseconds.seconds(30 * 86_400)

  /// What is wrong with a time that is too long.
  package static func complaint(about time: Nanoseconds?) -> String? {
    time.flatMap { $0 > longestTime ? "\($0) is too long; at most \(longestTime), which are 30 days" : nil }
  }
}

extension WorkloadSpec {
  /// The file workload; nil for other kinds.
  public var file: FileSpec? { if case .file(let spec) = self { spec } else { nil } }

  /// The client's HTTP requests; nil if it makes none.
  public var http: HTTPSpec? {
    switch self.asked {
    case .http(let spec): spec
    case .compute(let spec): spec.http
    default: nil
    }
  }

  /// Whether the mode under test is the server.
  public var isServe: Bool { if case .serve = self { true } else { false } }
}

extension WorkloadSpec: Codable {
  private enum CodingKeys: String, CodingKey { case kind }

  public init(from decoder: any Decoder) throws {
    self = try Self.parametersType(in: decoder).init(from: decoder).spec
  }

  /// Decodes a workload that any version recorded: unknown members are ignored, and nothing is checked.
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
