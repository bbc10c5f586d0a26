import Plan
import TestSupport
import Testing

@testable import Workloads

@Suite struct ReplyContentsTests {
  private func digest(_ bytes: [UInt8], cutAt cuts: [Int] = []) -> UInt64 {
    var digest = Digest()
    let edges = [0] + cuts.filter { $0 < bytes.count } + [bytes.count]
    for (from, to) in zip(edges, edges.dropFirst()) {
      bytes[from..<to].withUnsafeBytes { digest.extend(with: $0, at: from) }
    }
    return digest.value
  }

  @Test func digestIsTheSameInAllPieces() {
    var random = SplitMix64(seed: 4)
    for count in [0, 1, 7, 8, 9, 63, 64, 1000] {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let whole = digest(bytes)
      for _ in 0..<20 {
        let cuts = (0..<5).map { _ in Int(random.next() % UInt64(max(1, count))) }.sorted()
        #expect(digest(bytes, cutAt: cuts) == whole)
      }
      #expect(digest(bytes, cutAt: Array(1..<max(2, count))) == whole)
    }
  }

  @Test(arguments: [("121", "202"), ("ab", "ba"), ("12345678abcdefgh", "abcdefgh12345678"), ("a", "b"), ("", "x")])
  func contentThatDiffersHasAnotherDigest(_ first: String, _ second: String) {
    #expect(digest(Array(first.utf8)) != digest(Array(second.utf8)))
  }

  @Test func repliesAreComparedWithTheFirst() {
    let contents = ReplyContents()
    #expect(contents.finding == nil)
    contents.add(digest: 0, length: 0)
    let first = contents.finding
    contents.add(digest: 0, length: 0)
    #expect(contents.finding == first && first != .different && first != nil)
    contents.add(digest: 0, length: 1)
    #expect(contents.finding == .different)
  }

  @Test func onlyOneRequestThatIsKnownBeforehandHasOneContent() throws {
    func contents(_ targets: String..., method: String = "GET") throws -> ReplyContents? {
      var spec = HTTPSpec()
      spec.targets = try targets.map { try HTTPTarget(parsing: $0) }
      spec.method = method
      return HTTPRequests(spec, server: nil, endpoints: targets.map { _ in 0 }, seed: 1).contents
    }
    #expect(try contents("http://127.0.0.1/a") != nil)
    #expect(try contents("http://127.0.0.1/a?{i}") == nil)
    #expect(try contents("http://127.0.0.1/a", "http://127.0.0.1/b") == nil)
    #expect(try contents("http://127.0.0.1/a", method: "HEAD") == nil)
    #expect(HTTPRequests(HTTPSpec(), server: ("127.0.0.1", "Hello"), seed: 1).contents == nil)
  }
}
