import Foundation
import Plan
import Records
import Testing

/// A run from someone else is input like any other.
struct RecordNameTests {
  @Test(arguments: ["quick", "20261121-082442-quick", "é ü 中", "a.b", "..a", "-x", String(repeating: "x", count: 120)])
  func nameIsALabelAndAnID(_ text: String) {
    #expect(RecordName.objection(toLabel: text) == nil && RecordName.objection(toID: text) == nil)
  }

  @Test(arguments: [
    "", "a\nb", "a\tb", "\u{1B}[2J", "\u{7F}", "\u{9B}0m", "a\u{202E}b", "a\u{2028}b", "\u{FEFF}",
    String(repeating: "x", count: 1 << 20),
  ])
  func textThatIsNoNameIsNeither(_ text: String) throws {
    for objection in [RecordName.objection(toLabel: text), RecordName.objection(toID: text)] {
      let objection = try #require(objection)
      #expect(objection.utf8.count < 120 && objection.unicodeScalars.allSatisfy(RecordName.isVisible), "\(objection)")
    }
  }

  @Test(arguments: [".", "..", "a/b", "../../../x", "/"]) func pathIsNoID(_ text: String) {
    #expect(RecordName.objection(toLabel: text) == nil)
    #expect(RecordName.objection(toID: text)?.hasSuffix("which is not the name of one folder") == true)
  }

  /// A replacement in a line of a record, and the message about it.
  struct Case: CustomTestStringConvertible, Sendable {
    var file = "trials.jsonl"
    var from: String
    var to: String
    var complaint: String
    var testDescription: String { complaint }
  }

  static let cases = [
    Case(
      file: "run.json", from: #""run_id" : "run-1""#, to: #""run_id" : "../../../x""#,
      complaint: "run.json: run_id is '../../../x', which is not the name of one folder"),
    Case(
      file: "run.json", from: #""name" : "quick""#, to: #""name" : "\u001b[2J""#,
      complaint: "run.json: suite.name is '?[2J', which has characters that are not visible"),
    Case(
      from: #""run_id":"run-1""#, to: #""run_id":"..""#,
      complaint: "trials.jsonl: line 1: run_id is '..', which is not the name of one folder"),
    Case(
      from: #""mode":"epoll""#, to: #""mode":"ep\noll""#,
      complaint: "trials.jsonl: line 1: mode is 'ep?oll', which has characters that are not visible"),
    Case(
      from: #""experiment":"é/\"x\"""#, to: #""experiment":""# + String(repeating: "n", count: 1 << 20) + "\"",
      complaint:
        "line 1: experiment is '\(String(repeating: "n", count: 40))…', which has 1048576 bytes and may have 120"),
    Case(
      from: #""concurrency":64"#, to: #""concurrency":9223372036854775807"#,
      complaint: "line 1: concurrency is 9223372036854775807, which is not from 1 to 10000000"),
    Case(
      from: #""limit":5"#, to: #""limit":-1"#, complaint: "line 1: limit is -1, which is not from 1 to 10000000"),
    Case(
      from: #""rate_per_s":33333.333333333336"#, to: #""rate_per_s":1e300"#,
      complaint: "line 1: arrivals.rate_per_s is 1e+300, which is not above 0 and at most 1e8"),
    Case(
      from: #""ECONNRESET":4"#, to: #""\u001b]0;x\u0007":4"#,
      complaint: "line 1: a kind of failure is '?]0;x?', which has characters that are not visible"),
  ]

  @Test(arguments: cases) func recordThatSaysWhatNoneSaysIsRefusedInALine(_ example: Case) throws {
    try withScratchFolder { folder in
      try RunWriter(creating: folder, Sample.run).append(Sample.trial(1))
      let path = "\(folder.path)/\(example.file)"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains(example.from))
      try text.replacing(example.from, with: example.to).write(toFile: path, atomically: true, encoding: .utf8)
      let failure = #expect(throws: RunFolderFailure.self) { try folder.read() }
      let line = failure?.description ?? ""
      #expect(line.contains(example.complaint) && line.hasSuffix("; restore the file, or run again"), "\(line)")
      #expect(line.unicodeScalars.allSatisfy(RecordName.isVisible))
    }
  }
}
