/// What a program is that stands in for a mode: a peer. Its manifest tells it, and `run.json` records it.
public struct PeerDescription: Codable, Hashable, Sendable {
  /// What a client can do beside the plain closed loop.
  public enum Feature: String, Codable, CaseIterable, Sendable {
    case openLoop = "open-loop"
    case limit
    case newConnection = "new-connection"
    case unix
    case faults
    case delays
  }

  /// The workloads and the protocols that the contract has.
  public static let workloads = [SleepSpec.kind, EchoSpec.kind, HTTPSpec.kind]
  public static let protocols = ServeSpec.Scheme.allCases.map(\.rawValue)

  /// As figures may name it; nil for its id.
  public var label: String?
  /// Nil of a server of which only the address is known.
  public var language: String?
  public var runtime: String?
  /// The first line that its version command printed; nil where it has none, or the command failed.
  public var version: String?
  /// The workloads that its client does; empty where it has no client.
  public var drives: [String]
  /// The protocols that its server answers; empty where it has no server.
  public var serves: [String]
  public var features: [Feature]
  /// The mode of this program that it is, where that runs as a peer.
  public var mode: String?
  /// Of a server that nobody wrote for this program: what it is asked for.
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
