import Glibc
import Measurement

@testable import Workloads

/// Reads a stream of messages whole, and in pieces with separate memory: both must give the same result.
enum ReaderTarget {
  /// The result of reading a stream.
  private struct Reading: Equatable {
    var messages = 0
    /// Of the heads, targets, bodies and ends.
    var digest: UInt64 = 14_695_981_039_346_656_037

    mutating func add(_ number: Int) { digest = (digest ^ UInt64(bitPattern: Int64(number))) &* 1_099_511_628_211 }
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
      for byte in bytes { digest = (digest ^ UInt64(byte)) &* 1_099_511_628_211 }
    }
  }

  static func run(_ input: [UInt8], as role: HTTPReader.Role) {
    let seed = input.reduce(UInt64(input.count)) { ($0 ^ UInt64($1)) &* 0x9E37_79B9_7F4A_7C15 }
    var rules = role == .request ? HTTPReader.Rules.server : .client
    if seed >> 60 & 1 == 1 { rules = HTTPReader.Rules(line: 64, head: 128, fields: 4) }
    rules.isLenient = seed >> 61 & 1 == 1
    let answersHEAD = seed >> 62 & 3 == 3
    let whole = input.withUnsafeBytes { bytes in
      var reader = HTTPReader(role: role)
      reader.reset(answeringHEAD: answersHEAD)
      var reading = Reading()
      var rest = bytes
      return read(&reader, &rest, rules, answersHEAD, &reading) ? reading : ended(&reader, reading)
    }
    precondition(whole == cut(input, as: role, rules, answersHEAD, seed), "cut, it reads otherwise")
  }

  private static func cut(
    _ input: [UInt8], as role: HTTPReader.Role, _ rules: HTTPReader.Rules, _ answersHEAD: Bool, _ seed: UInt64
  ) -> Reading {
    var reader = HTTPReader(role: role)
    reader.reset(answeringHEAD: answersHEAD)
    var reading = Reading()
    var (place, random) = (0, seed)
    while place < input.count {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let count = min(input.count - place, Int(random >> 59) < 8 ? 1 : Int(random >> 40 & 63) + 1)
      let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
      defer { piece.deallocate() }
      input.withUnsafeBytes { piece.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[place..<place + count])) }
      var rest = UnsafeRawBufferPointer(piece)
      if read(&reader, &rest, rules, answersHEAD, &reading) { return reading }
      place += count
    }
    return ended(&reader, reading)
  }

  /// Pulls until the input is taken; true once nothing more is to be read at all.
  private static func read(
    _ reader: inout HTTPReader, _ rest: inout UnsafeRawBufferPointer, _ rules: HTTPReader.Rules, _ answersHEAD: Bool,
    _ reading: inout Reading
  ) -> Bool {
    var steps = 4 * rest.count + 16
    while true {
      steps -= 1
      precondition(steps > 0, "it does not get on")
      switch reader.next(&rest, by: rules) {
      case .needsMore:
        precondition(rest.isEmpty, "it leaves input and needs more")
        return false
      case .head:
        let head = reader.head
        reading.add(Int(head.status) << 16 | Int(head.minorVersion) << 8 | Int(head.method.rawValue))
        reading.add(head.contentLength ?? -1)
        reading.add((head.keepsAlive ? 1 : 0) | (head.isChunked ? 2 : 0) | (head.expectsContinue ? 4 : 0))
        reading.add(reader.target)
      case .body(let piece): reading.add(piece)
      case .complete:
        reading.add(reader.bodyBytes)
        reading.add(reader.head.wasReadLeniently ? 1 : 0)
        reading.messages += 1
        if reading.messages == 4 { return true }
        reader.reset(answeringHEAD: answersHEAD)
        if rest.isEmpty { return false }
      case .malformed(let fault):
        reading.add(Int(fault.rawValue))
        return true
      }
    }
  }

  private static func ended(_ reader: inout HTTPReader, _ reading: Reading) -> Reading {
    var reading = reading
    switch reader.endOfInput() {
    case .complete: reading.add(reader.bodyBytes)
    case .malformed(let fault): reading.add(Int(fault.rawValue))
    case .needsMore, .head, .body: preconditionFailure("the end is no end")
    }
    return reading
  }
}

extension ReaderTarget {
  /// What the reader makes of a stream and its end, one word per message and one for the end: `200:5 200:0 end`, `GET:0
  /// open` or `fault:bad-chunk-size`. The number is the body's length.
  static func outcome(of input: [UInt8], as role: HTTPReader.Role) -> String {
    var reader = HTTPReader(role: role)
    let rules = role == .request ? HTTPReader.Rules.server : .client
    var words: [String] = []
    var first = "?"
    input.withUnsafeBytes { bytes in
      var rest = bytes
      while true {
        switch reader.next(&rest, by: rules) {
        case .needsMore:
          let isClosed = if case .complete = reader.endOfInput() { true } else { false }
          words += isClosed ? ["\(first):\(reader.bodyBytes)", "closed"] : [reader.isIdle ? "end" : "open"]
          return
        case .head: first = role == .request ? "\(reader.head.method)".uppercased() : "\(reader.head.status)"
        case .body: break
        case .complete:
          words.append("\(first):\(reader.bodyBytes)")
          reader.reset()
        case .malformed(let fault):
          words.append("fault:\(fault.name)")
          return
        }
      }
    }
    return words.joined(separator: " ")
  }
}

/// A connection of the own server.
enum ServerTarget {
  nonisolated(unsafe) private static let date: UnsafePointer<HTTPDate> = {
    let date = UnsafeMutablePointer<HTTPDate>.allocate(capacity: 1)
    date.initialize(to: HTTPDate(seconds: 1_700_000_000))
    return UnsafePointer(date)
  }()

  static func run(_ input: [UInt8]) {
    var server = HTTPServer(peer: "127.0.0.1", date: date)
    var need = server.begin(0)
    var place = 0
    var hasEnded = false
    // A reply may be a gigabyte.
    for _ in 0..<4 * input.count + 1000 {
      switch need {
      case .send, .finishSending: need = server.sent()
      case .sleep(let span): need = server.woke(0, after: span)
      case .receive:
        let count = min(input.count - place, 1 + place * 7 % 97)
        if count > 0 {
          need = input.withUnsafeBytes { bytes in
            var rest = UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
            let need = server.received(&rest)
            place += count - rest.count
            return need
          }
        } else {
          if hasEnded { return }
          hasEnded = true
          need = server.ended()
        }
      case .done, .abort: return
      case .file, .compute: preconditionFailure("a server has neither")
      }
    }
  }
}
