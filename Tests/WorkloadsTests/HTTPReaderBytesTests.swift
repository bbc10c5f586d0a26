import Plan
import Testing

@testable import Workloads

@Suite struct HTTPReaderBytesTests {
  @Test func textIsJudgedAlikeAtEveryLengthAndPosition() {
    for length in 1...26 {
      for position in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var run = [UInt8](repeating: UInt8(ascii: "v"), count: length)
          run[position] = byte
          let isText = byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
          if run.asHTTPBytes({ $0.isText }) != isText {
            Issue.record("byte \(byte) at \(position) of \(length)")
          }
        }
      }
    }
    #expect([0].asHTTPBytes { $0.prefix(0).isText })
  }

  @Test(arguments: [
    (HTTPByteSet.token, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    (HTTPByteSet.host, "-._~%!$&'()*+,;=:[]0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    (HTTPByteSet.visible, String(decoding: UInt8(0x21)...0x7E, as: UTF8.self)),
  ]) func byteSetHoldsItsCharactersAlone(_ set: HTTPByteSet, _ characters: String) {
    for byte in UInt8.min...UInt8.max {
      #expect(set.contains(byte) == characters.utf8.contains(byte), "byte \(byte)")
    }
  }

  @Test(arguments: ["close", "content-length", "CONTENT-LENGTH", "transfer-encoding", "Transfer-encodinG"])
  func comparisonIgnoresCaseAndNothingElse(_ text: String) {
    let text = bytes(text)
    #expect(text.asHTTPBytes(matches) == true)
    for position in text.indices {
      for byte in UInt8(0x20)...0xFF {
        var changed = text
        changed[position] = byte
        let isSame = folded(byte) == folded(text[position])
        if changed.asHTTPBytes(matches) != isSame { Issue.record("byte \(byte) at \(position)") }
      }
    }
    #expect(Array(text.dropLast()).asHTTPBytes(matches) == false)
  }

  private func matches(_ bytes: HTTPBytes) -> Bool {
    bytes.equalsIgnoringCase("close") || bytes.equalsIgnoringCase("content-length")
      || bytes.equalsIgnoringCase("transfer-encoding")
  }

  private func folded(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 0x20 : byte
  }
}

extension [UInt8] {
  fileprivate func asHTTPBytes<Result>(_ body: (HTTPBytes) -> Result) -> Result {
    withUnsafeBytes { body(HTTPBytes(start: $0.baseAddress!, count: $0.count)) }
  }
}
