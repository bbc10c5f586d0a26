import Measurement

/// The roles swapped: the mode under test serves, and one client, always in the mode `epoll`, asks it.
/// `{"kind": "serve", "protocol": "http", "delay": "2ms"}` has the fields of the workload that the client carries out.
public struct ServeSpec: Hashable, Sendable {
  public enum Load: Hashable, Sendable {
    case http(HTTPSpec)
    case echo(EchoSpec)
  }

  public static let protocols = ["http", "echo"]

  public var load: Load

  public init(_ load: Load = .http(HTTPSpec())) { self.load = load }

  /// What the client does.
  public var workload: WorkloadSpec {
    switch load {
    case .http(let spec): .http(spec)
    case .echo(let spec): .echo(spec)
    }
  }
}

extension ServeSpec: Codable {
  private enum CodingKeys: String, CodingKey {
    case scheme = "protocol"
    case targets, ends, gather
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func refuse(_ key: CodingKeys, _ complaint: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: container, debugDescription: complaint)
    }
    let scheme = try container.decodeIfPresent(String.self, forKey: .scheme) ?? "http"
    let besides = ["kind", CodingKeys.scheme.stringValue]
    switch scheme {
    case "http":
      let spec = try HTTPSpec(from: decoder, besides: besides)
      guard spec.targets.isEmpty else { throw refuse(.targets, "are not asked: the server is the mode under test") }
      guard !spec.gather else { throw refuse(.gather, "goes with the workload http") }
      load = .http(spec)
    case "echo":
      let spec = try EchoSpec(from: decoder, besides: besides)
      guard spec.ends == .server else { throw refuse(.ends, "is 'server' where the mode under test serves") }
      load = .echo(spec)
    default:
      throw refuse(.scheme, Spelling.isNone(scheme, of: Self.protocols))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch load {
    case .http(let spec):
      try container.encode("http", forKey: .scheme)
      try spec.encode(to: encoder)
    case .echo(let spec):
      try container.encode("echo", forKey: .scheme)
      try spec.encode(to: encoder)
    }
  }
}

extension WorkloadSpec {
  /// Whether the mode under test serves.
  public var isServe: Bool { if case .serve = self { true } else { false } }

  /// What the client does: the workload itself, or what it asks of a mode that serves.
  public var asked: WorkloadSpec { if case .serve(let spec) = self { spec.workload } else { self } }
}
