import TestSupport
import Testing

/// A short, seeded part of what `Tests/Fuzz` does without a time limit. The corpus holds every input that once trapped;
/// further inputs are derived from it.
@Suite(.serialized, .endsHangs) struct FuzzTests {
  private static let rounds: [FuzzTarget: Int] = [
    .request: 20_000, .response: 20_000, .server: 5_000, .suite: 1_000, .run: 300, .partial: 500, .histogram: 5_000,
    .citation: 300, .value: 20_000,
  ]

  @Test(arguments: FuzzTarget.allCases) func corpusIsReadWithoutATrap(_ target: FuzzTarget) throws {
    let inputs = FuzzCorpus.inputs(of: target)
    try #require(!inputs.isEmpty)
    defer { RunTarget.removeFolder() }
    for input in inputs { if target == .run { RunTarget.run(input, everything: true) } else { target.run(input) } }
  }

  @Test(arguments: FuzzTarget.allCases) func changedInputsAreReadWithoutATrap(_ target: FuzzTarget) throws {
    var inputs = FuzzInputs(target, corpus: FuzzCorpus.inputs(of: target), seed: 15)
    defer { RunTarget.removeFolder() }
    for _ in 0..<(try #require(Self.rounds[target])) { target.run(inputs.next()) }
  }

  @Test func corpusIsWrittenAsItIsRead() {
    let all = Array(UInt8.min...UInt8.max)
    #expect(FuzzCorpus.unescaped(Array(FuzzCorpus.escaped(all).utf8)) == all)
  }

  @Test func treeKeepsWhatNoTypeHolds() throws {
    let text = #"{"a":[1,18446744073709551616,-0,1e400],"b":"\"x\\","a":{},"c":[null,true]}"#
    let tree = try #require(JSONTree(text.utf8))
    #expect(tree.text == text && tree.count == 11)
    #expect(
      (0..<4).map { tree.node($0).text } == [text, "[1,18446744073709551616,-0,1e400]", "1", "18446744073709551616"])
    for number in 0..<tree.count {
      #expect(tree.replacing(number) { _ in .literal("9") }.count == tree.count - tree.node(number).count + 1)
      #expect(tree.replacing(number) { $0 } == tree)
    }
    for wrong in ["", "{", "[1,", "{\"a\"}", "\"a", "[1]]", "{\"a\":}"] { #expect(JSONTree(wrong.utf8) == nil) }
  }

  @Test func seedMakesTheInputs() {
    let corpus = FuzzCorpus.inputs(of: .suite)
    var (first, same) = (FuzzInputs(.suite, corpus: corpus, seed: 1), FuzzInputs(.suite, corpus: corpus, seed: 1))
    var other = FuzzInputs(.suite, corpus: corpus, seed: 2)
    let inputs = (0..<20).map { _ in first.next() }
    #expect(inputs == (0..<20).map { _ in same.next() } && inputs != (0..<20).map { _ in other.next() })
    #expect(Set(inputs).count > 15)
  }
}
