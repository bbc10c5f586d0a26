import Glibc
import NIOCore
import NIOHTTP1
import PeerContract

extension Failure {
  /// What an error of NIO's stands for.
  public init(_ error: any Error) {
    self =
      switch error {
      case let failure as Failure: failure
      case let error as IOError: Failure(.errno, detail: Int(error.errnoCode))
      case HTTPParserError.invalidEOFState: Failure(.prematureEnd)
      case is HTTPParserError: Failure(.malformed)
      default: Failure(.prematureEnd)
      }
  }

  /// Whether the connection was found closed.
  public var isOfClosedConnection: Bool {
    outcome == .prematureEnd || outcome == .errno && (detail == UInt16(EPIPE) || detail == UInt16(ECONNRESET))
  }
}
