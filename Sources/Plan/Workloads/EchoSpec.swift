import Measurement

/// One operation sends `size` bytes and receives them back.
public struct EchoSpec: WorkloadParameters {
  public enum Transport: String, OptionChoice { case tcp, unix }
  /// Where the far end is: in the server's process, or in the mode under test with the near end.
  public enum Ends: String, OptionChoice { case server, both }

  public var transport = Transport.tcp
  public var size = ByteCount(64)
  public var delay = Delay.none
  public var ends = Ends.server
  public var timeout = Nanoseconds.seconds(10)
  /// The server's faults; nil for none.
  public var faults: FaultMix?

  /// The header that asks for the answer, in bytes.
  public static let smallestSize = 16

  public init() {}

  public static let kind = "echo"
  public static let about = "send bytes over TCP or a UNIX socket, and compare the bytes that come back"
  public static let otherNames = ["tcp", "unix", "socket", "ping"]

  public static let options: [WorkloadOption<EchoSpec>] = [
    WorkloadOption("transport", \.transport, "tcp or unix", placeholder: "NAME", unlessGiven: "tcp"),
    WorkloadOption(
      "size", \.size, "bytes of a message", unlessGiven: "\(EchoSpec().size)", elsewhere: ["s", "bs"]),
    WorkloadOption("delay", \.delay, Delay.help, unlessGiven: "0", words: { $0.delay.words }),
    WorkloadOption(
      "ends", \.ends, "server, or both to put both ends into the mode under test",
      placeholder: "WHERE", unlessGiven: "server"),
    WorkloadOption("timeout", \.timeout, timeoutHelp, unlessGiven: "\(EchoSpec().timeout)"),
    WorkloadOption("faults", \.faults, FaultMix.help, part: .faults, words: { $0.faults?.words }),
  ]

  /// The help of every option `timeout`.
  static let timeoutHelp = "time limit of one operation; 0 for none"

  public var spec: WorkloadSpec { .echo(self) }

  public var headline: String {
    if ends == .both { return "echo \(size.spaced) over socket pairs, both ends in the mode" }
    return "echo \(size.spaced) over \(transport == .unix ? "UNIX sockets" : "TCP")"
  }

  public var leastDuration: Nanoseconds { delay.mean + stalled }
  public var wait: Double? { delay.meanSeconds }
  public var descriptorsPerLane: Int { ends == .both ? 2 : 1 }
  public var needsServer: Bool { ends == .server }
  public var usesPorts: Bool { transport == .tcp }
  public var usesLoopback: Bool { transport == .tcp }
  public var features: [ModeDescription.Feature] { ends == .both ? [.bothEnds] : faults == nil ? [] : [.faults] }

  public mutating func settle() { faults = faults?.unlessEmpty }

  public func complaint() -> (key: String, text: String)? {
    guard size.count >= Self.smallestSize && size.count <= Int(UInt32.max) else {
      return ("size", "is outside 16B (the size of a message's header) … 4GiB")
    }
    if let complaint = WorkloadSpec.complaint(about: timeout) { return ("timeout", complaint) }
    guard let faults else { return nil }
    if ends != .server { return ("faults", "need the built-in server; use ends server") }
    if faults.reset > 0 && transport != .tcp {
      return ("faults", "have a reset, which UNIX sockets do not have; use tcp")
    }
    return faults.complaint(within: timeout).map { ("faults", $0) }
  }
}
