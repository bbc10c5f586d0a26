import Measurement

/// One operation waits for `duration`.
public struct SleepSpec: Hashable, Sendable, Codable {
  public var duration: Nanoseconds = .seconds(1)

  public init(duration: Nanoseconds = .seconds(1)) { self.duration = duration }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self, besides: ["kind"])
    duration = try fields.value(.duration) ?? duration
    if let complaint = WorkloadSpec.complaint(about: duration) { try fields.check(.duration, false, complaint) }
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case duration }
}
