import Foundation
import Measurement
import Plan
import Testing

@testable import Workloads

/// What the article *Adding a workload* says makes a workload.
struct AddingAWorkloadTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  @Test func listingsOfTheArticleAreThoseThatAreTested() throws {
    let project = Self.folder.deletingLastPathComponent().deletingLastPathComponent().path
    let article = try String(
      contentsOfFile: project + "/Sources/iomodes/iomodes.docc/AddingAWorkload.md", encoding: .utf8)
    let tested = try String(contentsOfFile: Self.folder.path + "/NapWorkload.swift", encoding: .utf8)
    let listings = article.components(separatedBy: "```swift\n").dropFirst().map { rest in
      let lines = rest.components(separatedBy: "```")[0].split(separator: "\n", omittingEmptySubsequences: false)
      return lines.map { $0.hasPrefix("   ") ? String($0.dropFirst(3)) : String($0) }.joined(separator: "\n")
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    #expect(listings.count == 2)
    for listing in listings { #expect(tested.contains(listing), "\(listing.prefix(60))… is not what is tested") }
  }

  @Test func tableReadsSuitesAndCommandLines() throws {
    let suite = #"{"kind": "nap", "least": "2ms"}"#
    var nap = try JSONDecoder().decode(NapSpec.self, from: Data(suite.utf8))
    #expect(nap.least == .milliseconds(2) && nap.most == .milliseconds(3))
    try nap.take { ["most": ["5ms"]][$0] }
    #expect(nap.words(.operation) == ["nap of at least 2 ms", "up to 5 ms"])
    #expect(NapSpec.help.map(\.flag) == ["least", "most"] && NapSpec.help[0].form.placeholder == "TIME")
    let again = try JSONDecoder().decode(NapSpec.self, from: JSONEncoder().encode(nap))
    #expect(again == nap)
  }

  static let wrong = [
    (#"{"kind": "nap", "least": "4ms"}"#, "4ms is longer than most, which is 3ms"),
    (#"{"kind": "nap", "lest": "4ms"}"#, "is not a field; did you mean 'least'?; there are kind, least, most"),
  ]

  @Test(arguments: wrong) func whatIsWrongIsTold(_ suite: String, _ complaint: String) {
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(NapSpec.self, from: Data(suite.utf8))
    }
    guard case .dataCorrupted(let context)? = error else { return }
    #expect(context.debugDescription == complaint)
  }

  @Test func flagThatIsMalformedIsNamed() {
    var nap = NapSpec()
    let error = #expect(throws: FlagMalformed.self) { try nap.take { ["most": ["soon"]][$0] } }
    #expect(error?.flag == "most" && error?.text == "'soon' is not a time such as 250ms")
  }

  @Test func operationIsAPureFunctionOfTheSeedAndItsNumber() {
    var one = NapConversation(NapSpec(), seed: 7)
    var other = NapConversation(NapSpec(), seed: 7)
    for operation in UInt64(0)..<100 {
      let time = one.time(of: operation)
      #expect(time >= NapSpec().least && time <= NapSpec().most)
      guard case .sleep(let span) = one.begin(operation), case .sleep(let same) = other.begin(operation) else {
        Issue.record("it does not sleep")
        return
      }
      #expect(span == time && same == time)
      guard case .done(let outcome) = one.woke(operation, after: time),
        case .done(let early) = other.woke(operation, after: Nanoseconds(time.count - 1))
      else {
        Issue.record("it goes on")
        return
      }
      #expect(outcome.checksum != nil && early.checksum == nil)
    }
  }
}
