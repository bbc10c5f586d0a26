import NIOCore
import NIOHTTP1
import PeerContract

extension Trial {
  /// Replaces what is in a buffer by the message of an echo operation.
  public func writeMessage(of number: UInt64, into message: inout ByteBuffer) {
    let size = plan.size ?? Trial.echoHeader
    message.clear(minimumCapacity: size)
    message.writeInteger(number | UInt64(fault(of: number)) << 56, endianness: .little)
    message.writeInteger(UInt32(size), endianness: .little)
    message.writeInteger(delay(of: number), endianness: .little)
    content?.withPieces(of: number, from: Trial.echoHeader, count: size - Trial.echoHeader) { message.writeBytes($0) }
  }

  /// The fields of every request of the trial.
  public var requestHeaders: HTTPHeaders {
    var headers = HTTPHeaders([("Host", endpoint?.authority ?? "")])
    if !plan.keepsConnections { headers.add(name: "Connection", value: "close") }
    return headers
  }
}
