import Glibc
import Measurement
import Plan
import Testing

@testable import Workloads

/// The servers' answers to operations that ask for a fault.
@Suite struct ServerFaultTests {
  private static let peer = "127.0.0.1"
  private static let greeting = "Hello, 127.0.0.1!"

  // MARK: HTTP

  /// A server's answers to requests for these targets, which arrive together.
  private func served(_ targets: [String], method: String = "GET", ends: Bool = true) -> Served {
    let date = UnsafeMutablePointer<HTTPDate>.allocate(capacity: 1)
    date.initialize(to: HTTPDate())
    defer {
      date.deinitialize(count: 1)
      date.deallocate()
    }
    let requests = targets.map { "\(method) \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
    return serve(HTTPServer(peer: Self.peer, date: date), [bytes(requests)], ends: ends)
  }

  private func served(_ target: String, method: String = "GET", ends: Bool = true) -> Served {
    served([target], method: method, ends: ends)
  }

  private func isRight(_ served: Served) -> Bool {
    served.text.hasPrefix("HTTP/1.1 200 OK\r\n") && served.text.hasSuffix("\r\n\r\n" + Self.greeting)
  }

  @Test func connectionIsBrokenOffWhereAResetIsAskedFor() {
    let served = served("/?fault=reset&op=17")
    #expect(served.isBroken && served.sends.isEmpty && served.faults == 1 && served.done == 0 && served.failed == 0)
  }

  @Test(arguments: [("", "17", "Hello, 1"), ("&size=8&op=3", "8", nil), ("&size=60000", "60000", nil)])
  func halfOfTheReplyIsSentWhereItIsToBeTruncated(query: String, length: String, content: String?) throws {
    let served = served("/?fault=truncate" + query)
    let end = try #require(served.bytes.firstRange(of: bytes("\r\n\r\n")))
    let body = served.bytes[end.upperBound...]
    #expect(String(decoding: served.bytes[..<end.lowerBound], as: UTF8.self).hasSuffix("Content-Length: \(length)"))
    if let content { #expect(Array(body) == bytes(content)) }
    #expect(body.count == min(Int(length)! / 2, 16 << 10))
    #expect(served.hasFinishedSending && served.isFinished && served.faults == 1 && served.done == 0)
  }

  @Test(arguments: [("HEAD", ""), ("GET", "&size=0")])
  func halfOfTheHeadIsSentWhereThereIsNoContentToTruncate(method: String, query: String) {
    let served = served("/?fault=truncate" + query, method: method)
    #expect(served.text.hasPrefix("HTTP/1.1 200 OK\r\n") && !served.text.contains("\r\n\r\n"))
    #expect(served.hasFinishedSending && served.faults == 1 && served.done == 0)
  }

  @Test func nothingIsSentWhereAStallIsAskedForUntilTheClientGivesUp() {
    let waiting = served("/?fault=stall", ends: false)
    #expect(waiting.sends.isEmpty && !waiting.isFinished && waiting.faults == 0)
    let left = served(["/?fault=stall", "/", "/"])
    #expect(left.sends.isEmpty && left.isFinished && left.faults == 1 && left.done == 0 && left.failed == 0)
  }

  @Test func noReplyIsSentWhereGarbageIsAskedFor() {
    let served = served("/?fault=garbage")
    #expect(!served.text.isEmpty && !served.text.contains("HTTP") && served.text.hasSuffix("\r\n"))
    #expect(served.hasFinishedSending && served.isFinished && served.faults == 1 && served.done == 0)
  }

  @Test func replyThatDripsIsRightAndTheConnectionGoesOn() {
    let drops = served("/?fault=drip", ends: false)
    #expect(isRight(drops))
    #expect(drops.sends.count == 10 && drops.sleeps == Array(repeating: .milliseconds(1), count: 9))
    #expect(drops.done == 1 && drops.faults == 0 && !drops.isFinished)
    let three = served(["/", "/?fault=drip", "/"])
    #expect(three.done == 3 && three.faults == 0 && three.sends.count == 12)
    #expect(isRight(three) && three.text.split(separator: Self.greeting).count == 3)
  }

  @Test func contentOfAnySizeDripsRightly() {
    for size in [0, 1, 9, 16_000, 70_000] {
      let served = served("/?fault=drip&size=\(size)&op=4", ends: false)
      var content: [UInt8] = []
      while content.count < size {
        content += Pattern.content(of: 4, from: content.count, count: size - content.count)
      }
      #expect(Array(served.bytes.suffix(size)) == content && served.done == 1, "\(size)")
      #expect(served.sleeps.count == 9, "\(size)")
    }
  }

  @Test func delayComesBeforeTheFault() {
    #expect(served("/?fault=reset&delay=3ms").sleeps == [.milliseconds(3)])
    #expect(served("/?delay=3ms&fault=drip", ends: false).sleeps.first == .milliseconds(3))
  }

  @Test func repliesBeforeTheFaultAreSentAndNothingAfterIt() {
    for kind in FaultKind.allCases where kind != .drip {
      let served = served(["/", "/?fault=\(kind.rawValue)", "/"])
      #expect(served.done == 1 && served.faults == 1, "\(kind)")
      #expect(served.text.split(separator: Self.greeting).count <= 2, "\(kind)")
    }
  }

  @Test(arguments: ["crash", "", "Reset"]) func faultThatIsNotKnownIsABadRequest(name: String) {
    let served = served("/?fault=\(name)", ends: false)
    #expect(served.text.hasPrefix("HTTP/1.1 400 ") && served.faults == 0)
  }

  // MARK: Echo

  private func message(_ kind: FaultKind?, size: Int = 64, delay: Delay = .none) -> [UInt8] {
    var mix = FaultMix()
    if let kind { mix[kind] = 1 }
    return withUnsafePointer(to: mix) { faults in
      var client = EchoClient(size: size, delay: delay, seed: 7, faults: faults)
      return ask(&client, 9, []).sent
    }
  }

  @Test(arguments: [16, 64, 32_768, 100_000]) func messageIsAnsweredWronglyAsItAsks(size: Int) {
    for kind in FaultKind.allCases where kind != .drip {
      let sent = message(kind, size: size)
      let served = serve(EchoServer(), sent.inRandomPieces(seed: 5), ends: true)
      #expect(served.faults == 1 && served.done == 0 && served.failed == 0, "\(kind)")
      #expect(served.isBroken == (kind == .reset), "\(kind)")
      #expect(served.hasFinishedSending == (kind == .truncate || kind == .garbage), "\(kind)")
      switch kind {
      case .truncate: #expect(served.bytes == Array(sent[..<(sent.count / 2)]))
      case .garbage: #expect(served.bytes == sent.map { ~$0 })
      default: #expect(served.sends.isEmpty, "\(kind)")
      }
    }
  }

  @Test func serverWaitsForAllThatTheClientSendsBeforeItAnswersWrongly() {
    for kind in FaultKind.allCases {
      let served = serve(EchoServer(), [Array(message(kind).dropLast())])
      #expect(served.sends.isEmpty && served.faults == 0 && !served.isBroken && !served.isFinished, "\(kind)")
    }
  }

  @Test(arguments: [16, 17, 64, 32_768]) func messageThatDripsComesBack(size: Int) {
    let stream = message(.drip, size: size) + message(nil, size: size)
    let served = serve(EchoServer(), stream.inRandomPieces(seed: 3))
    #expect(served.bytes == stream && served.done == 2 && served.faults == 0)
    #expect(served.sleeps.allSatisfy { $0 == .milliseconds(1) } && (7...9).contains(served.sleeps.count))
  }

  @Test func longestDelayIsAskedForBesideAFault() {
    let served = serve(EchoServer(), [message(.garbage, size: 16, delay: .fixed(Delay.longest))])
    #expect(served.sleeps == [Delay.longest] && served.sends.count == 1)
    #expect(serve(EchoServer(), [message(.reset, delay: .fixed(.milliseconds(2)))]).sleeps == [.milliseconds(2)])
  }

  @Test func serverGivesUpWhereAFaultIsNotKnown() {
    var wrong = message(nil)
    wrong[7] = 6
    let served = serve(EchoServer(), [wrong])
    #expect(served.isFinished && served.failed == 1 && served.sends.isEmpty)
  }
}
