import Foundation
import Plan

/// The workload of a trial: as any version recorded it, and as this version reads it.
public struct RecordedWorkload: Codable, Hashable, Sendable {
  /// As recorded, including members that this version does not know.
  public let json: JSONValue
  /// Nil if this version does not know the kind or a value.
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

  /// The kind, even if this version does not know it; nil if none is recorded.
  public var kind: String? { json["kind"]?.string }

  /// The same workload without its pool size, to group trials that differ only in it.
  public var withoutPool: RecordedWorkload {
    guard case .object(var members) = json, members.removeValue(forKey: "pool") != nil else { return self }
    return RecordedWorkload(.object(members))
  }
}
