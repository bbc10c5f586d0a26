import Testing

@testable import Workloads

@Suite struct HTTPReaderTests {
  @Test func aReaderFitsInACacheLine() {
    #expect(MemoryLayout<HTTPReader>.size <= 64)
  }

  @Test func faultNamesAreDistinctKebabCase() {
    let names = HTTPReader.Fault.allCases.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.split(separator: "-").joined(separator: "-") == name)
      #expect(name.allSatisfy { $0 == "-" || ("a"..."z").contains($0) })
    }
  }

  @Test func pipelinedResponsesAreReadOneAtATime() {
    let stream =
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none" + "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
      + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthree\r\n0\r\n\r\n"
      + "HTTP/1.1 204 No Content\r\n\r\n"
    expectStream(of: .response, bytes(stream), statuses: [200, 404, 200, 204], bodies: ["one", "", "three", ""])
  }

  @Test func pipelinedRequestsAreReadOneAtATime() {
    let stream =
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + "POST /22 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
      + "\r\nHEAD /333 HTTP/1.1\r\nHost: a\r\n\r\n"
    expectStream(of: .request, bytes(stream), statuses: [0, 0, 0], bodies: ["", "body", ""])
  }

  private func expectStream(
    of role: HTTPReader.Role, _ stream: [UInt8], statuses: [UInt16], bodies: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for size in 1...stream.count {
      let pieces = stream.inPieces(of: size)
      let readings = read(pieces, as: role, messages: statuses.count)
      #expect(readings.map(\.head?.status) == statuses, sourceLocation: sourceLocation)
      #expect(readings.map(\.bodyText) == bodies, sourceLocation: sourceLocation)
      #expect(readings.allSatisfy { $0.end == .complete }, sourceLocation: sourceLocation)
      #expect(readings.last?.rest == [], sourceLocation: sourceLocation)
    }
  }

  @Test func readerIsIdleOnlyWhereNoPartOfAMessageWasTaken() {
    var reader = HTTPReader(role: .request)
    #expect(reader.isIdle == true)
    feed("\r\n", to: &reader)
    #expect(reader.isIdle == true)
    feed("G", to: &reader)
    #expect(reader.isIdle == false)
    feed("ET / HTTP/1.1\r\n", to: &reader)
    #expect(reader.isIdle == false)
    feed("Host: a\r\n\r\n", to: &reader)
    #expect(reader.isIdle == false)
    reader.reset()
    #expect(reader.isIdle == true)
  }

  @Test func readerThatWasIdleAtTheEndOfInputStaysIdle() {
    var reader = HTTPReader(role: .request)
    #expect(reader.endOfInput().fault == .prematureEnd)
    #expect(reader.isIdle == true)
    feed("GET", to: &reader)
    #expect(reader.endOfInput().fault == .prematureEnd)
    #expect(reader.isIdle == false)
  }

  @Test func readerIsNotIdleAfterAnInterimResponse() {
    var reader = HTTPReader(role: .response)
    feed("HTTP/1.1 100 Continue\r\n\r\n", to: &reader)
    #expect(reader.isIdle == false)
  }

  @Test func resetForgetsAHalfReadMessage() {
    var reader = HTTPReader(role: .request)
    feed("POST /forgotten HTTP/1.1\r\nContent-Length: 12\r\nConnection: clo", to: &reader)
    reader.reset()
    #expect(reader.target.isEmpty)
    feed("GET /kept HTTP/1.1\r\nHost: a\r\n\r\n", to: &reader)
    #expect(text(reader.target) == "/kept")
    #expect(reader.head.contentLength == nil)
    #expect(reader.head.keepsAlive)
    #expect(reader.endOfInput().fault == nil)
  }

  @Test func resetForgetsAFault() {
    var reader = HTTPReader(role: .response)
    feed("SSH-2.0-OpenSSH_9.2\r\n", to: &reader)
    #expect(reader.endOfInput().fault == .malformedStatusLine)
    reader.reset()
    feed("HTTP/1.1 204 No Content\r\n\r\n", to: &reader)
    #expect(reader.head.status == 204)
  }

  @Test func expectationToAnswerHEADLastsForOneMessage() {
    let reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    var reader = HTTPReader(role: .response)
    reader.reset(answeringHEAD: true)
    feed(reply, to: &reader)
    #expect(reader.endOfInput().fault == nil)
    reader.reset()
    feed(reply, to: &reader)
    #expect(reader.endOfInput().fault == .prematureEnd)
  }

  @Test func emptyInputNeedsMore() {
    var reader = HTTPReader(role: .response)
    var input = UnsafeRawBufferPointer(start: nil, count: 0)
    guard case .needsMore = reader.next(&input) else {
      Issue.record("expected needsMore")
      return
    }
    #expect(reader.isIdle == true)
  }

  /// Feeds `text` up to the head of a message or the end of the input.
  private func feed(_ text: String, to reader: inout HTTPReader) {
    bytes(text).withUnsafeBytes { buffer in
      var input = buffer
      _ = reader.next(&input)
    }
  }
}

// MARK: Reading in pieces

/// What a reader made of one message.
struct Reading: Equatable {
  enum End: Equatable {
    case complete
    /// Completed by the end of input.
    case closed
    case malformed(HTTPReader.Fault)
  }

  var head: HTTPReader.Head?
  var target = ""
  var body: [UInt8] = []
  var end = End.complete
  var wasReadLeniently = false
  /// What was left after the message; nothing after a fault.
  var rest: [UInt8] = []

  var bodyText: String { String(decoding: body, as: UTF8.self) }
}

extension HTTPReader.Progress {
  var fault: HTTPReader.Fault? {
    if case .malformed(let fault) = self { fault } else { nil }
  }
}

/// The bytes of `text`, a byte for each scalar, so that "\u{FF}" is the byte 0xFF.
func bytes(_ text: String) -> [UInt8] {
  text.unicodeScalars.map { UInt8($0.value) }
}

func text(_ bytes: UnsafeRawBufferPointer) -> String {
  String(decoding: bytes, as: UTF8.self)
}

extension [UInt8] {
  func inPieces(of size: Int) -> [[UInt8]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }

  func split(at offset: Int) -> [[UInt8]] {
    [Array(self[..<offset]), Array(self[offset...])]
  }
}

/// Reads one message, and then the end of input.
func read(
  _ pieces: [[UInt8]], as role: HTTPReader.Role, answeringHEAD: Bool = false, by rules: HTTPReader.Rules = .server
) -> Reading {
  read(pieces, as: role, answeringHEAD: answeringHEAD, by: rules, messages: 1)[0]
}

/// Reads messages as they come in pieces, and the end of input after the last piece.
///
/// Each piece has memory of its own, which is overwritten and freed as soon as the reader asks for more: what a reader
/// wrongly keeps of it shows.
func read(
  _ pieces: [[UInt8]], as role: HTTPReader.Role, answeringHEAD: Bool = false, by rules: HTTPReader.Rules = .server,
  messages: Int
) -> [Reading] {
  var reader = HTTPReader(role: role)
  reader.reset(answeringHEAD: answeringHEAD)
  var readings = [Reading()]
  for (index, piece) in pieces.enumerated() {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 1)
    defer {
      _ = memory.initializeMemory(as: UInt8.self, repeating: 0xDB)
      memory.deallocate()
    }
    memory.copyBytes(from: piece)
    var input = UnsafeRawBufferPointer(memory)
    while let end = pull(&input, from: &reader, by: rules, into: &readings[readings.count - 1]) {
      readings[readings.count - 1].end = end
      if end == .complete, readings.count < messages {
        reader.reset()
        readings.append(Reading())
        continue
      }
      if end == .complete { readings[readings.count - 1].rest = Array(input) + pieces[(index + 1)...].joined() }
      return readings
    }
  }
  let progress = reader.endOfInput()
  readings[readings.count - 1].end = progress.fault.map { .malformed($0) } ?? .closed
  return readings
}

/// Pulls until the input or the message ends; nil if it is the input. Checks what holds for every input.
private func pull(
  _ input: inout UnsafeRawBufferPointer, from reader: inout HTTPReader, by rules: HTTPReader.Rules,
  into reading: inout Reading
) -> Reading.End? {
  while true {
    let before = input
    switch reader.next(&input, by: rules) {
    case .needsMore:
      if input.count > 0 { Issue.record("input left with needsMore") }
      return nil
    case .head:
      if reading.head != nil { Issue.record("a second head") }
      reading.head = reader.head
      reading.target = text(reader.target)
    case .body(let slice):
      if slice.isEmpty { Issue.record("empty body slice") }
      if !reader.target.isEmpty { Issue.record("the target outlived its head") }
      if let start = slice.baseAddress, let first = before.baseAddress {
        let isInside = start >= first && start + slice.count <= first + before.count
        if !isInside { Issue.record("body slice outside the input") }
      }
      reading.body += slice
    case .complete:
      if reading.head == nil { Issue.record("complete without a head") }
      if !reader.target.isEmpty { Issue.record("the target outlived its head") }
      if reader.bodyBytes != reading.body.count { Issue.record("body bytes miscounted") }
      reading.wasReadLeniently = reader.head.wasReadLeniently
      if reader.next(&input, by: rules).fault != nil || reader.endOfInput().fault != nil {
        Issue.record("complete did not last")
      }
      return .complete
    case .malformed(let fault):
      if reader.next(&input, by: rules).fault != fault || reader.endOfInput().fault != fault {
        Issue.record("the fault did not last")
      }
      return .malformed(fault)
    }
  }
}
