import Foundation
import Plan
import Testing

@testable import Harness

struct SuiteInclusionTests {
  /// Reads the first of several suites in one folder, each with its name; `.` replaces the folder.
  private func read(_ files: (name: String, text: String)...) throws -> Suite {
    let folder = NSTemporaryDirectory() + "iomodes-suites-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in files {
      try text.write(toFile: "\(folder)/\(name).json", atomically: true, encoding: .utf8)
    }
    do {
      return try Suite.read(from: "\(folder)/\(files[0].name).json")
    } catch {
      throw HarnessFailure(error.cause, error.description.replacingOccurrences(of: folder, with: "."))
    }
  }

  private func suite(_ name: String, _ experiments: String..., limits: String? = nil) -> (name: String, text: String) {
    let list = experiments.map { #"{"name": "\#($0)", "workload": {"kind": "sleep"}}"# }.joined(separator: ", ")
    let limits = limits.map { #""limits": [\#($0)], "# } ?? ""
    return (name, #"{"name": "\#(name)", \#(limits)"experiments": [\#(list)]}"#)
  }

  private func including(_ name: String, _ others: String) -> (name: String, text: String) {
    (name, #"{"name": "\#(name)", "include": [\#(others)]}"#)
  }

  @Test func experimentsOfOthersStandAsItsOwnWithNamesOfTheirOwn() throws {
    let other = #"{"name": "b", "experiments": [{"name": "x", "workload": {"kind": "echo"}}]}"#
    let suite = try read(including("all", #""a", "b""#), suite("a", "x", "y"), ("b", other))
    #expect(suite.name == "all" && suite.include == nil && suite.limits == nil)
    #expect(suite.experiments.map(\.name) == ["a-x", "y", "b-x"])
    #expect(suite.experiments.allSatisfy { $0.optional == true })
  }

  @Test func experimentThatIsTheSameInTwoSuitesStandsOnce() throws {
    let suite = try read(including("all", #""a", "b""#), suite("a", "x", "y"), suite("b", "z", "x"))
    #expect(suite.experiments.map(\.name) == ["x", "y", "z"])
  }

  @Test func includedLimitsAreCarriedOutOnceInTheirOrder() throws {
    let suite = try read(
      including("all", #""a", "b""#), suite("a", "x", limits: #""threads", "select""#),
      suite("b", limits: #""select", "ports""#))
    #expect(suite.limits == [.select, .ports, .threads])
  }

  @Test func inclusionIsOfWhatOthersInclude() throws {
    let suite = try read(including("all", #""a""#), including("a", #""b""#), suite("b", "x"))
    #expect(suite.experiments.map(\.name) == ["x"])
  }

  @Test func oneExperimentOfASuiteIsIncludedWithoutTheSuitesLimits() throws {
    let suite = try read(including("all", #""a/y", "b""#), suite("a", "x", "y", limits: #""select""#), suite("b", "z"))
    #expect(suite.experiments.map(\.name) == ["y", "z"] && suite.limits == nil)
    #expect(suite.experiments.allSatisfy { $0.optional == true })
  }

  @Test func experimentThatASuiteLacksIsNamed() {
    let failure = #expect(throws: HarnessFailure.self) { try read(including("all", #""a/z""#), suite("a", "x", "y")) }
    #expect(failure?.description.hasPrefix("./all.json: include: 'a/z': 'z' is not an experiment of it") == true)
    let malformed = #expect(throws: HarnessFailure.self) { try read(including("all", #""a/x/y""#), suite("a", "x")) }
    #expect(malformed?.description.contains("include: is not a list of names of suites") == true)
  }

  @Test func suiteThatWouldIncludeItselfIsRefused() {
    let failure = #expect(throws: HarnessFailure.self) {
      try read(including("all", #""a""#), including("a", #""all""#))
    }
    #expect(failure?.description == "./a.json: include: 'all' would include itself; leave it out")
  }

  @Test func suiteIncludesOneThatIsBuiltInWhereNoneLiesBesideIt() throws {
    let builtIn = try #require(try Suite.builtIn("quick"))
    let suite = try read(including("all", #""quick""#))
    #expect(suite.experiments.map(\.name) == builtIn.experiments.map(\.name))
    let own = try read(including("all", #""quick""#), self.suite("quick", "x"))
    #expect(own.experiments.map(\.name) == ["x"])
  }

  @Test func suiteThatIsNotThereIsNamed() {
    let failure = #expect(throws: HarnessFailure.self) { try read(including("all", #""a""#)) }
    #expect(failure?.description.hasPrefix("cannot read suite file ./a.json") == true)
  }

  @Test func fullHasAllSuitesThatComeWithTheProject() throws {
    let paths = SuiteTests.files
    let suites = try paths.map { try Suite.read(from: $0) }
    let full = try #require(suites.first { $0.name == "full" })
    // Peers belong to a checkout, and would take longer than the program's own modes.
    let others = suites.filter { suite in
      suite.name != "full" && !suite.experiments.contains { $0.modes.contains { $0.kind == .peer } }
    }
    let workloads = Set(full.experiments.map(\.workload))
    for suite in others {
      for experiment in suite.experiments {
        #expect(workloads.contains(experiment.workload))
        #expect(full.experiments.contains { $0.name.hasSuffix(experiment.name) && $0.rounds == experiment.rounds })
      }
    }
    #expect(full.limits == Limit.allCases)
  }

  @Test func timeIsThatOfTrialsAndOfLimits() {
    #expect(Limits.expectedSeconds(of: []) == 0)
    #expect(Limits.expectedSeconds(of: [.select, .ports]) == Limits.expectedSeconds(of: [.ports]) + 1)
  }
}
