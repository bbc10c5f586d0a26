import Foundation
import Plan

/// What a trial's operations are: as it was recorded, by whatever version, and as this one knows it.
public struct RecordedWorkload: Codable, Hashable, Sendable {
  /// As recorded, with members that this version does not know.
  public let json: JSONValue
  /// Nil of a kind, or of values, that this version does not know.
  public let spec: WorkloadSpec?

  public init(_ json: JSONValue) {
    self.json = json
    let coded = try? JSONDecoder().decode(RecordedWorkload.self, from: JSONEncoder().encode(json))
    spec = coded?.spec
  }

  public init(from decoder: any Decoder) throws {
    json = try JSONValue(from: decoder)
    spec = try? WorkloadSpec(recorded: decoder)
  }

  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }

  /// The kind, also one that this version does not know; nil where none is recorded.
  public var kind: String? { json["kind"]?.string }

  /// The same where nobody says how wide a pool is, to be told of together with others.
  public var withoutPool: RecordedWorkload {
    guard case .object(var members) = json, members.removeValue(forKey: "pool") != nil else { return self }
    return RecordedWorkload(.object(members))
  }
}
