import Measurement

/// One operation sends `size` bytes and receives them back.
public struct EchoSpec: Hashable, Sendable, Codable {
  public enum Transport: String, Codable, Sendable, CaseIterable { case tcp, unix }
  /// Where the far end is: in the server's process, or in the mode under test beside the near one.
  public enum Ends: String, Codable, Sendable, CaseIterable { case server, both }

  public var transport = Transport.tcp
  public var size = ByteCount(64)
  public var delay = Delay.none
  public var ends = Ends.server
  public var timeout = Nanoseconds.seconds(10)
  /// What the server is to do wrong; nil for nothing.
  public var faults: FaultMix?

  /// The header that asks for the answer, in bytes.
  public static let smallestSize = 16

  public init() {}

  public init(from decoder: any Decoder) throws { try self.init(from: decoder, besides: ["kind"]) }

  init(from decoder: any Decoder, besides: [String]) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self, besides: besides)
    transport = try fields.value(.transport) ?? transport
    size = try fields.value(.size) ?? size
    delay = try fields.value(.delay) ?? delay
    ends = try fields.value(.ends) ?? ends
    timeout = try fields.value(.timeout) ?? timeout
    faults = try (fields.value(.faults) as FaultMix?)?.unlessEmpty
    try fields.check(
      .size, size.count >= Self.smallestSize && size.count <= Int(UInt32.max),
      "is outside 16B (the header that asks for the answer) … 4GiB")
    if let complaint = WorkloadSpec.complaint(about: timeout) { try fields.check(.timeout, false, complaint) }
    guard let faults else { return }
    try fields.check(.faults, ends == .server, "are those of a server of its own, and go with ends server")
    try fields.check(
      .faults, faults.reset == 0 || transport == .tcp, "have a reset, which a UNIX socket does not know; use tcp")
    if let complaint = faults.complaint(within: timeout) { try fields.check(.faults, false, complaint) }
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case transport, size, delay, ends, timeout, faults }
}
