import Measurement
import Plan

/// One operation is a request, its reply, and then CPU work, whose result is verified, too.
public struct ComputeClient: Conversation, ~Copyable {
  private var client: HTTPClient
  /// Nil for bystanders, which do not compute.
  private let check: UnsafePointer<ComputationCheck>?
  private var operation: UInt64 = 0
  /// The outcome of the request, kept while the work is done.
  private var answered = Outcome.closed

  public init(_ requests: UnsafePointer<HTTPRequests>, work check: UnsafePointer<ComputationCheck>?) {
    client = HTTPClient(requests)
    self.check = check
  }

  public static var usesConnection: Bool { HTTPClient.usesConnection }

  public func endpoint(of operation: UInt64) -> Int32 { client.endpoint(of: operation) }

  public func mayRepeat(_ operation: UInt64) -> Bool { client.mayRepeat(operation) }

  public func isFarewell(_ bytes: UnsafeRawBufferPointer) -> Bool { client.isFarewell(bytes) }

  public mutating func begin(_ operation: UInt64) -> Need {
    self.operation = operation
    return client.begin(operation)
  }

  public mutating func sent() -> Need { client.sent() }

  public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need { work(after: client.received(&bytes)) }

  public mutating func ended() -> Need { work(after: client.ended()) }

  public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need {
    client.woke(operation, after: elapsed)
  }

  public mutating func disconnected() { client.disconnected() }

  private mutating func work(after need: Need) -> Need {
    guard let check, case .done(let outcome) = need, outcome.checksum != nil else { return need }
    answered = outcome
    return .compute(Computation(iterations: check.pointee.iterations, seed: seed))
  }

  /// A pure function of the operation.
  private var seed: UInt64 { Randomness.mix(~operation) }

  public mutating func computed(_ result: UInt64) -> Need {
    guard let check, let checksum = answered.checksum, result == check.pointee.result(seed: seed) else {
      return .done(.failed(.wrongContent))
    }
    answered.checksum = Randomness.mix(checksum ^ result)
    return .done(answered)
  }
}
