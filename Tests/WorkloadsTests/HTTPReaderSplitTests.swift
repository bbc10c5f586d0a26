import TestSupport
import Testing

@testable import Workloads

/// The outcome of a message does not depend on how it is cut into pieces.
@Suite struct HTTPReaderSplitTests {
  static let valid = HTTPReaderResponseTests.valid + HTTPReaderRequestTests.valid
  static let invalid = HTTPReaderResponseTests.invalid + HTTPReaderRequestTests.invalid

  @Test(arguments: valid) func validMessageReadsTheSameCutInTwoAnywhere(_ row: ValidMessage) {
    let message = bytes(row.message)
    for offset in 0...message.count {
      row.expect(read(message.split(at: offset), as: row.role, answeringHEAD: row.answersHEAD))
    }
  }

  @Test(arguments: valid) func validMessageReadsTheSameByteByByte(_ row: ValidMessage) {
    row.expect(read(bytes(row.message).inPieces(of: 1), as: row.role, answeringHEAD: row.answersHEAD))
  }

  @Test(arguments: invalid) func invalidMessageIsRefusedAlikeHoweverCut(_ row: InvalidMessage) {
    let message = bytes(row.message)
    for offset in 0...message.count {
      #expect(read(message.split(at: offset), as: row.role).end == .malformed(row.fault))
    }
    #expect(read(message.inPieces(of: 1), as: row.role).end == .malformed(row.fault))
  }

  @Test(arguments: valid) func endOfInputInsideAMessageIsPrematureUnlessItDelimitsTheBody(_ row: ValidMessage) {
    let message = bytes(row.message).dropLast(row.rest.utf8.count)
    for length in 0..<message.count {
      let reading = read([Array(message.prefix(length))], as: row.role, answeringHEAD: row.answersHEAD)
      if row.endsByClose, length >= message.count - row.body.utf8.count {
        #expect(reading.end == .closed)
        #expect(bytes(row.body).starts(with: reading.body))
      } else {
        #expect(reading.end == .malformed(.prematureEnd))
      }
    }
  }

  @Test(arguments: UInt64(1)...8) func mutatedMessageReadsTheSameWholeAndCut(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let messages = Self.valid.map { ($0.role, bytes($0.message)) } + Self.invalid.map { ($0.role, bytes($0.message)) }
    for round in 0..<3_000 {
      let (role, original) = messages.randomElement(using: &random)!
      let donor = messages.randomElement(using: &random)!.1
      let message = mutated(original, donor: donor, using: &random)
      let answersHEAD = round % 16 == 0
      let whole = read([message], as: role, answeringHEAD: answersHEAD)
      let cut = read(cut(message, using: &random), as: role, answeringHEAD: answersHEAD)
      #expect(whole == cut, "\(String(reflecting: String(decoding: message, as: UTF8.self)))")
      if round % 8 == 0 {
        #expect(whole == read(message.inPieces(of: 1), as: role, answeringHEAD: answersHEAD))
      }
    }
  }

  /// One to four edits: bytes flipped, replaced, inserted, removed or repeated, an end cut off, another message's part.
  private func mutated(_ message: [UInt8], donor: [UInt8], using random: inout SplitMix64) -> [UInt8] {
    let telling = bytes("\r\n\t :;,-/.0123456789abcdefghHTPx\u{0}\u{7F}\u{80}\u{FF}")
    var message = message
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let offset = Int.random(in: 0...message.count, using: &random)
      let end = Int.random(in: offset...min(offset + 12, message.count), using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0 where offset < message.count:
        message[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1 where offset < message.count:
        message[offset] = telling.randomElement(using: &random)!
      case 2:
        message.insert(telling.randomElement(using: &random)!, at: offset)
      case 3:
        message.removeSubrange(offset..<end)
      case 4:
        message.insert(contentsOf: message[offset..<end], at: end)
      case 5:
        message.removeSubrange(end...)
      default:
        let from = Int.random(in: 0...donor.count, using: &random)
        message.insert(contentsOf: donor[from..<min(from + 40, donor.count)], at: offset)
      }
    }
    return message
  }

  private func cut(_ message: [UInt8], using random: inout SplitMix64) -> [[UInt8]] {
    let count = Int.random(in: 1...5, using: &random)
    let cuts = (0..<count).map { _ in Int.random(in: 0...message.count, using: &random) }
    let bounds = [0] + cuts.sorted() + [message.count]
    return zip(bounds, bounds.dropFirst()).map { Array(message[$0..<$1]) }
  }
}
