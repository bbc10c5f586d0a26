import TestSupport

/// Changes messages and other texts byte by byte, with a taste for what delimits them and for the words of their grammar.
struct ByteMutator {
  static let bytes = Array("\r\n\t :;,-/.0123456789abcdefghHTPx\u{0}\u{7F}".utf8) + [0x80, 0xFF]
  static let words: [[UInt8]] = [
    "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "GET / HTTP/1.1\r\n", "HEAD", "POST",
    "OPTIONS *", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "204", "304", "101", "Host: a\r\n",
    "Host:\r\n",
    "Content-Length: 3\r\n", "Content-Length: 9223372036854775807\r\n", "Content-Length: 9223372036854775808\r\n",
    "Content-Length: 18446744073709551616\r\n", "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Connection: close\r\n", "Connection: keep-alive\r\n", "Expect: 100-continue\r\n", "0\r\n\r\n", "3\r\nabc\r\n",
    "3 \r\n",
    "7fffffffffffffff\r\n", "8000000000000000\r\n", "ffffffffffffffff\r\n", "1;a=b\r\n",
    "/?delay=9223372036854775807ns",
    "/?size=1073741824&op=9223372036854775807", "&fault=drip", "X: a\r\n b\r\n",
  ].map { Array($0.utf8) }

  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// One to four edits of `message`, which may become parts of `donor`.
  mutating func mutated(_ message: [UInt8], donor: [UInt8]) -> [UInt8] {
    var message = message
    for _ in 0..<pick(1...4) {
      let place = pick(0...message.count)
      let end = pick(place...min(place + 12, message.count))
      switch pick(0...8) {
      case 0 where place < message.count: message[place] ^= 1 << UInt8(pick(0...7))
      case 1 where place < message.count: message[place] = Self.bytes[pick(0...Self.bytes.count - 1)]
      case 2: message.insert(Self.bytes[pick(0...Self.bytes.count - 1)], at: place)
      case 3: message.removeSubrange(place..<end)
      case 4: message.insert(contentsOf: message[place..<end], at: end)
      case 5: message.removeSubrange(end...)
      case 6, 7: message.insert(contentsOf: Self.words[pick(0...Self.words.count - 1)], at: place)
      default:
        let from = pick(0...donor.count)
        message.insert(contentsOf: donor[from..<min(from + 40, donor.count)], at: place)
      }
    }
    return message
  }

  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
}
