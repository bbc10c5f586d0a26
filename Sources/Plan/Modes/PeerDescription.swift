/// A peer: a program that runs as a mode. Its manifest describes it, and `run.json` records the description.
public struct PeerDescription: Codable, Hashable, Sendable {
  /// What a client supports beyond a plain closed loop.
  public enum Feature: String, Codable, CaseIterable, Sendable {
    case openLoop = "open-loop"
    case limit
    case newConnection = "new-connection"
    case unix
    case faults
    case delays
  }

  /// The workloads and protocols of the contract.
  public static let workloads = [SleepSpec.kind, EchoSpec.kind, HTTPSpec.kind]
  public static let protocols = ServeSpec.Scheme.allCases.map(\.rawValue)

  /// The name in figures; nil to use the id.
  public var label: String?
  /// Nil for a server of which only the address is known.
  public var language: String?
  public var runtime: String?
  /// The first line that its version command printed; nil if there is no such command or it failed.
  public var version: String?
  /// The workloads that its client runs; empty if it has no client.
  public var drives: [String]
  /// The protocols that its server answers; empty if it has no server.
  public var serves: [String]
  public var features: [Feature]
  /// The built-in mode that runs as this peer, if any.
  public var mode: String?
  /// The URL to request, for a server that does not know the contract.
  public var url: String?

  public init(
    label: String? = nil, language: String? = nil, runtime: String? = nil, version: String? = nil,
    drives: [String] = [],
    serves: [String] = [],
    features: [Feature] = [], mode: String? = nil, url: String? = nil
  ) {
    self.label = label
    self.language = language
    self.runtime = runtime
    self.version = version
    self.drives = drives
    self.serves = serves
    self.features = features
    self.mode = mode
    self.url = url
  }

  enum CodingKeys: String, CodingKey { case label, language, runtime, version, drives, serves, features, mode, url }

  public func has(_ feature: Feature) -> Bool { features.contains(feature) }
}
