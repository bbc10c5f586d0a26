import Foundation
import Testing

@testable import Records

struct SHA256Tests {
  /// FIPS 180-4's examples, as NIST publishes them.
  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func vectorsOfNIST(message: String, hash: String) {
    #expect(SHA256.hash(message.utf8) == hash)
  }

  @Test func aMillionTimesTheSameLetter() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(SHA256.hash(repeatElement(UInt8(ascii: "a"), count: 1_000_000)) == expected)
  }

  @Test(arguments: [1, 3, 55, 56, 63, 64, 65, 127, 128])
  func piecesOfAnyLengthAddUpToTheWhole(length: Int) {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: length) {
      Array(bytes[start..<min(start + length, bytes.count)]).withUnsafeBytes { hash.update($0) }
    }
    #expect(hash.finish() == SHA256.hash(bytes))
  }
}

struct TrialLinesTests {
  @Test func hashIsOfWholeLinesWithTheirEnds() {
    let lines = TrialLines(Data("one\n\ntwo\nthree\ncut".utf8))
    #expect(lines.count == 3)
    #expect(lines.sha256(at: [0, 2]) == SHA256.hash("one\nthree\n".utf8))
    #expect(lines.sha256(at: []) == SHA256.hash([]))
    #expect(lines.cutOff == 5)
  }

  @Test func linesOfAPartOfOtherDataAreThoseOfThePart() {
    let whole = Data("zero\none\ntwo\n".utf8)
    let lines = TrialLines(whole.dropFirst(5))
    #expect(lines.count == 2 && lines.cutOff == nil)
    #expect(lines.sha256(at: [1]) == SHA256.hash("two\n".utf8))
  }
}
