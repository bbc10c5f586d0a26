import Measurement
import Plan
import Testing

@testable import Workloads

@Suite struct EchoTests {
  /// What a client sends for an operation whose message fits a window.
  private func message(_ operation: UInt64 = 9, size: Int, delay: Delay = .none) -> [UInt8] {
    var client = EchoClient(size: size, delay: delay, seed: 7)
    return ask(&client, operation, []).sent
  }

  /// A client and a server, the bytes between them cut at seeded places.
  private func converse(size: Int, seed: UInt64) -> (client: Asked, served: Served) {
    var client = EchoClient(size: size, delay: .none, seed: 7)
    var asked = Asked()
    var served = Served()
    var need = client.begin(seed)
    // A separate server for each window: the first window's header has all it needs.
    var whole: [UInt8] = []
    while true {
      switch need {
      case .send(let bytes):
        asked.sent += Array(bytes)
        need = client.sent()
      case .receive:
        served = serve(EchoServer(), asked.sent.inRandomPieces(seed: seed))
        for piece in Array(served.bytes[whole.count...]).inRandomPieces(seed: ~seed) {
          need = withPassingBytes(piece) { bytes in
            var rest = bytes
            let next = client.received(&rest)
            asked.rest += rest.count
            return next
          }
        }
        whole = served.bytes
      case .sleep, .file, .compute, .finishSending, .abort: return (asked, served)
      case .done(let outcome):
        asked.outcome = outcome
        return (asked, served)
      }
    }
  }

  @Test(arguments: [16, 17, 64, 32_767, 32_768, 32_769, 100_001], UInt64(1)...4)
  func messageComesBackWhereverItIsCut(size: Int, seed: UInt64) {
    let (client, served) = converse(size: size, seed: seed)
    #expect(client.kind == .verified && client.rest == 0)
    #expect(client.outcome?.keepsConnection == true)
    #expect(client.sent.count == size)
    #expect(served.bytes == client.sent)
    #expect(served.done == 1 && served.failed == 0 && !served.isFinished)
  }

  @Test func answerIsVerifiedCutInTwoAnywhere() {
    let message = message(size: 40)
    let checksums = (0...40).map { offset in
      var client = EchoClient(size: 40, delay: .none, seed: 7)
      return ask(&client, 9, message.split(at: offset)).checksum
    }
    #expect(checksums[0] != nil)
    #expect(Set(checksums).count == 1)
  }

  @Test func checksumDependsOnTheOperationAndTheSize() {
    func checksum(_ operation: UInt64, _ size: Int) -> UInt64? {
      var client = EchoClient(size: size, delay: .none, seed: 7)
      return ask(&client, operation, [message(operation, size: size)]).checksum
    }
    #expect(checksum(1, 40) != checksum(2, 40))
    #expect(checksum(1, 40) != checksum(1, 41))
    #expect(checksum(1, 40) == checksum(1, 40))
  }

  @Test func answerIsRefusedWhereverAByteIsWrong() {
    let message = message(size: 40)
    for offset in message.indices {
      var client = EchoClient(size: 40, delay: .none, seed: 7)
      var wrong = message
      wrong[offset] ^= 0x10
      let asked = ask(&client, 9, [wrong])
      #expect(asked.kind == .wrongContent && asked.outcome?.keepsConnection == false)
    }
  }

  @Test func answerIsRefusedWhereAByteIsWrongBeyondTheFirstWindow() {
    let size = 50_000
    var client = EchoClient(size: size, delay: .none, seed: 7)
    let right = ask(&client, 3, []).sent
    #expect(right.count == 32_768)
    let asked = ask(&client, 3, [right, [UInt8](repeating: 0, count: 100)])
    #expect(asked.sent.count == size)
    #expect(asked.kind == .wrongContent)
  }

  @Test(arguments: 0..<40) func operationFailsWhenTheAnswerEndsEarly(length: Int) {
    let message = message(size: 40)
    var client = EchoClient(size: 40, delay: .none, seed: 7)
    #expect(ask(&client, 9, [Array(message.prefix(length))], ends: true).kind == .prematureEnd)
  }

  @Test func bytesBeyondTheAnswerAreLeft() {
    let message = message(size: 40)
    var client = EchoClient(size: 40, delay: .none, seed: 7)
    let asked = ask(&client, 9, [message + [1, 2, 3]])
    #expect(asked.kind == .verified && asked.rest == 3)
  }

  @Test func serverAnswersInOrderWhenMessagesComeTogether() {
    let messages = (1...5).map { message(UInt64($0), size: 20 * $0) }
    let whole = serve(EchoServer(), [messages.flatMap { $0 }])
    #expect(whole.bytes == messages.flatMap { $0 })
    #expect(whole.done == 5 && whole.failed == 0 && !whole.isFinished)
    for size in 1...60 {
      let cut = serve(EchoServer(), messages.flatMap { $0 }.inPieces(of: size))
      #expect(cut.bytes == whole.bytes && cut.done == 5)
    }
  }

  @Test func serverWaitsAsLongAsEachMessageAsks() {
    let delays = [0, 2, 5].map { Delay.fixed(.milliseconds($0)) }
    let stream = delays.flatMap { message(size: 30, delay: $0) }
    let served = serve(EchoServer(), [stream])
    #expect(served.bytes == stream)
    #expect(served.sleeps == [.milliseconds(2), .milliseconds(5)])
    for size in 1...30 { #expect(serve(EchoServer(), stream.inPieces(of: size)).sleeps == served.sleeps) }
  }

  @Test func serverAsksForWhatTheClientDrew() {
    let delay = Delay.exponential(mean: .milliseconds(2))
    for operation in 1...20 as ClosedRange<UInt64> {
      let drawn = delay.drawn(seed: 7, operation: operation)
      let served = serve(EchoServer(), [message(operation, size: 16, delay: delay)])
      #expect(served.sleeps == (drawn == .zero ? [] : [drawn]))
    }
  }

  @Test func serverGivesUpWhenAHeaderIsWrong() {
    var header = message(size: 16)
    header[8] = 15
    let small = serve(EchoServer(), [header])
    #expect(small.isFinished && small.failed == 1 && small.done == 0 && small.sends.isEmpty)
    let late = serve(EchoServer(), [Array(repeating: 0xFF, count: 16)])
    #expect(late.isFinished && late.failed == 1)
  }

  @Test func serverCountsAFailureWhenTheClientLeavesWithinAMessage() {
    let message = message(size: 40)
    for length in 0...40 {
      let served = serve(EchoServer(), [Array(message.prefix(length))], ends: true)
      #expect(served.isFinished)
      #expect(served.failed == (length == 0 || length == 40 ? 0 : 1), "\(length)")
    }
  }
}
