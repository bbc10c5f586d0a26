import Foundation
import Measurement
import Modes
import Plan
import ProjectFiles
import Testing
import Workloads

@testable import Harness

@Suite struct SuiteTests {
  /// The suites that come with the project.
  static let files: [String] = {
    let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/Benchmarks")) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(root)/Benchmarks/\($0)" }
  }()

  /// Reads a suite from a file with `text`; in errors, `FILE` replaces its name.
  private func read(_ text: String) throws -> Suite {
    let path = NSTemporaryDirectory() + "iomodes-suite-\(UUID().uuidString).json"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      return try Suite.read(from: path)
    } catch {
      throw HarnessFailure(error.cause, error.description.replacingOccurrences(of: path, with: "FILE"))
    }
  }

  private func encoded(_ suite: Suite) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(suite), as: UTF8.self)
  }

  /// A copied program has no folder to search; the built-in files must equal those in the checkout.
  @Test func suitesThatAreBuiltInAreTheProjects() throws {
    #expect(ProjectFiles.suites.map(\.name) == Self.files.map { ($0 as NSString).lastPathComponent })
    for (file, path) in zip(ProjectFiles.suites, Self.files) {
      #expect(try String(contentsOfFile: path, encoding: .utf8) == file.text)
    }
    for name in Suite.builtInNames {
      let suite = try #require(try Suite.builtIn(name))
      #expect(suite.name == name && !suite.about.isEmpty)
    }
    let nothing = try Suite.builtIn("nothing")
    #expect(nothing?.name == nil)
  }

  /// The first arrival of a constant rate is at the trial's start, where there is no warm-up.
  @Test func rateThatStartsOneOperationInItsWindowIsCarriedOut() throws {
    let fields = #""arrivals": "constant", "rate_per_s": [0.1], "duration": "5s", "warmup": "0s""#
    let suite = try read(
      #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "sleep"}, \#(fields)}]}"#)
    #expect(suite.experiments[0].rates == [0.1])
  }

  @Test func suitesThatAreNamedInTheReadmeAreThere() {
    let names = Self.files.map { ($0 as NSString).lastPathComponent }
    let named = ["quick", "tutorial", "sweep", "pools", "memory", "million", "claims", "full", "limits"]
    for name in named { #expect(names.contains("\(name).json")) }
  }

  @Test(arguments: files) func suiteThatComesWithTheProjectReadsAndRoundTrips(_ path: String) throws {
    let suite = try Suite.read(from: path)
    #expect(suite.name == ((path as NSString).lastPathComponent as NSString).deletingPathExtension)
    #expect(!suite.about.isEmpty && (!suite.experiments.isEmpty || suite.limits != nil))
    let text = try encoded(suite)
    #expect(try encoded(read(text)) == text)
    #expect(try encoded(suite.validated()) == text)
  }

  @Test func experimentHasTheUsualValuesWhereNoneAreGiven() throws {
    let suite = try read(#"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "sleep"}}]}"#)
    let experiment = suite.experiments[0]
    #expect(suite.about == "")
    #expect(experiment.modes == [.blocking, .dispatch, .taskgroup, .epoll])
    #expect(experiment.concurrency == [64])
    #expect(experiment.arrivals == "closed" && experiment.rates.isEmpty && experiment.limits == nil)
    #expect(experiment.operations == nil && experiment.duration == .seconds(1))
    #expect(experiment.warmup == .milliseconds(100))
    #expect(experiment.rounds == 9)
    #expect(experiment.workload == .sleep(SleepSpec(duration: .seconds(1))))
  }

  @Test func suiteRoundTripsWhenEveryFieldIsGiven() throws {
    let suite = try read(
      #"""
      {"name": "s", "about": "all", "experiments": [
        {"name": "x", "about": "one", "workload": {"kind": "http", "delay": "exponential:2ms", "size": "4KiB"},
         "modes": ["null", "epoll"], "concurrency": [7, 1], "arrivals": "poisson", "rate_per_s": [1.5, 1e8], "limit": 3,
         "duration": "1.5s", "warmup": "20ms", "rounds": 2},
        {"name": "y", "workload": {"kind": "echo", "transport": "unix", "ends": "both"}, "operations": 9}]}
      """#)
    let experiment = suite.experiments[0]
    #expect(experiment.about == "one" && experiment.modes == [.null, .epoll] && experiment.concurrency == [7, 1])
    #expect(experiment.arrivals == "poisson" && experiment.rates == [1.5, 1e8] && experiment.limits == AxisValues(3))
    #expect(experiment.duration == .milliseconds(1500) && experiment.warmup == .milliseconds(20))
    #expect(experiment.rounds == 2)
    #expect(try encoded(read(encoded(suite))) == encoded(suite))
  }

  @Test func arrivalsAreConstantUnlessGivenWhereARateIsSearched() throws {
    let suite = try read(
      #"""
      {"name": "s", "experiments": [
        {"name": "x", "workload": {"kind": "echo"}, "slo": "p99.9<1.5ms"},
        {"name": "y", "workload": {"kind": "echo"}, "slo": "p50<2s", "arrivals": "poisson"}]}
      """#)
    #expect(suite.experiments.map(\.arrivals) == ["constant", "poisson"])
    #expect(suite.experiments[0].objective?.description == "p99.9<1.5ms")
    #expect(try encoded(read(encoded(suite))) == encoded(suite))
  }

  @Test func experimentHasNoWarmUpWhereOperationsAreCounted() throws {
    let suite = try read(
      #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "echo"}, "operations": 5}]}"#)
    #expect(suite.experiments[0].operations == 5)
    #expect(suite.experiments[0].duration == nil)
    #expect(suite.experiments[0].warmup == .zero)
  }

  /// Fields of an experiment besides its name, and the complaint about them.
  static let wrongExperiments: [(fields: String, complaint: String)] = [
    (
      #""concurency": [1]"#,
      "experiments[0].concurency: is not a field; did you mean 'concurrency'?; there are name, about, optional, workload, modes, concurrency, arrivals, "
        + "rate_per_s, slo, limit, pool, pipeline, bystanders, each, processes, server_processes, hosts, operations, duration, "
        + "warmup, rounds"
    ),
    (#""modes": []"#, "experiments[0].modes: is empty"),
    (
      #""bystanders": {"count": 5, "manner": "lazy"}"#,
      "experiments[0].bystanders.manner: 'lazy' is not one of idle, paced, slow"
    ),
    (
      #""bystanders": {"count": 5, "manner": "idle"}"#,
      "experiments[0].bystanders: idle lanes need a connection, and sleep has none"
    ),
    (#""hosts": {"load": 0}"#, "experiments[0].hosts.load: 0 is not a number of hosts; it must be from 1 to 1000"),
    (
      #""hosts": {"loads": 1}"#,
      "experiments[0].hosts.loads: is not a field; did you mean 'load'?; there are load, observer"
    ),
    (#""modes": "epoll""#, "experiments[0].modes: is not a list"),
    (#""modes": ["epoll", "epoll"]"#, "experiments[0].modes: names a mode twice"),
    (
      #""modes": ["epoll", "select"]"#,
      "experiments[0].modes[1]: 'select' is not a mode; did you mean 'epoll'?; there are "
        + ModeID.allCases.map(\.rawValue).joined(separator: ", ") + ", and peers (iomodes peer list)"
    ),
    (#""concurrency": []"#, "experiments[0].concurrency: is empty"),
    (#""concurrency": 64"#, "experiments[0].concurrency: is not a list"),
    (#""concurrency": ["1"]"#, "experiments[0].concurrency[0]: is not a whole number"),
    (
      #""concurrency": [1, 0]"#,
      "experiments[0].concurrency: 0 is not a number of lanes; it must be from 1 to 10000000"
    ),
    (
      #""concurrency": [-5]"#,
      "experiments[0].concurrency: -5 is not a number of lanes; it must be from 1 to 10000000"
    ),
    (#""concurrency": [8, 8]"#, "experiments[0].concurrency: names a number twice"),
    (#""arrivals": "random""#, "experiments[0].arrivals: 'random' is not one of closed, constant, poisson"),
    (
      #""arrivals": "poisson""#,
      "experiments[0].rate_per_s: is missing: give the offered rate, in operations per second"
    ),
    (#""rate_per_s": [10]"#, "experiments[0].rate_per_s: goes with arrivals constant or poisson"),
    (
      #""arrivals": "constant", "rate_per_s": [10, 0]"#,
      "experiments[0].rate_per_s: 0.0 is not a rate; it must be from 1e-6 to 1e8"
    ),
    (
      #""arrivals": "constant", "rate_per_s": [1e-300]"#,
      "experiments[0].rate_per_s: 1e-300 is not a rate; it must be from 1e-6 to 1e8"
    ),
    (
      #""arrivals": "constant", "rate_per_s": [10, 0.1], "duration": "5s""#,
      "experiments[0].rate_per_s: 0.1/s starts no operation in a window of 5s; ask for a higher rate, or for a window "
        + "of 10s"
    ),
    (
      #""arrivals": "poisson", "rate_per_s": [0.1], "duration": "5s""#,
      "experiments[0].rate_per_s: 0.1/s starts no operation in a window of 5s; ask for a higher rate, or for a window "
        + "of 10s"
    ),
    (#""arrivals": "constant", "rate_per_s": [5, 5.0]"#, "experiments[0].rate_per_s: names a rate twice"),
    (
      #""slo": "p99<10""#,
      "experiments[0].slo: 'p99<10' is not an objective such as 'p99<10ms'; the percentiles are p50, p90, p99, p99.9"
    ),
    (
      #""slo": "p99<10ms", "arrivals": "closed""#,
      "experiments[0].arrivals: cannot be closed along with slo, which searches a rate"
    ),
    (
      #""slo": "p99<10ms", "rate_per_s": [10]"#,
      "experiments[0].rate_per_s: cannot be given along with slo, which searches the rate"
    ),
    (
      #""slo": "p99<10ms", "operations": 10"#,
      "experiments[0].operations: cannot be given along with slo; give a duration"
    ),
    (#""limit": 0"#, "experiments[0].limit: 0 is not a number of operations in flight; it must be from 1 to 10000000"),
    (
      #""operations": 0"#,
      "experiments[0].operations: 0 is not a number of operations; it must be from 1 to 1000000000000000"
    ),
    (
      #""operations": 1000000000000001"#,
      "experiments[0].operations: 1000000000000001 is not a number of operations; it must be from 1 to "
        + "1000000000000000"
    ),
    (
      #""duration": "9223372036854775807ns""#,
      "experiments[0].duration: 9223372036854775.807us is too long; at most 43200min, which are 30 days"
    ),
    (
      #""warmup": "43201min""#,
      "experiments[0].warmup: 43201min is too long; at most 43200min, which are 30 days"
    ),
    (#""operations": "many""#, "experiments[0].operations: is not a whole number"),
    (
      #""operations": 5, "duration": "1s""#, "experiments[0].duration: cannot be given along with operations"
    ),
    (#""duration": "1 s""#, #"experiments[0].duration: '1 s' is not a quantity such as "250ms""#),
    (#""duration": 1"#, "experiments[0].duration: is not a text"),
    (#""duration": "10us""#, "experiments[0].duration: 10us is too short; at least 1ms"),
    (#""warmup": "-1ms""#, #"experiments[0].warmup: '-1ms' is not a quantity such as "250ms""#),
    (
      #""rounds": 0"#, "experiments[0].rounds: 0 is not a number of rounds; it must be from 1 to 10000"
    ),
    (
      #""rounds": 10001"#, "experiments[0].rounds: 10001 is not a number of rounds; it must be from 1 to 10000"
    ),
  ]

  @Test(arguments: wrongExperiments)
  func experimentIsRefusedInOneLineWhenAFieldIsWrong(_ fields: String, complaint: String) {
    expectRefusal(
      of: #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "sleep"}, \#(fields)}]}"#, complaint)
  }

  /// A whole suite, and the complaint about it.
  static let wrongSuites: [(text: String, complaint: String)] = [
    (#"{"experiments": []}"#, "name: is missing"),
    (#"{"name": "s"}"#, "experiments: is missing"),
    (#"{"name": "s", "experiments": []}"#, "experiments: is empty"),
    (#"{"name": 7, "experiments": []}"#, "name: is not a text"),
    (
      #"{"name": "a/b", "experiments": [{"name": "x", "workload": {"kind": "sleep"}}]}"#,
      "name: 'a/b' is not made of letters, digits, '-', '_' and '.', 120 at most"
    ),
    (
      #"{"name": "s", "experiments": [{"name": "", "workload": {"kind": "sleep"}}]}"#,
      "experiments[0].name: '' is not made of letters, digits, '-', '_' and '.', 120 at most"
    ),
    (
      #"{"name": "s", "experiments": [{"name": "..", "workload": {"kind": "sleep"}}]}"#,
      "experiments[0].name: '..' is not made of letters, digits, '-', '_' and '.', 120 at most"
    ),
    (#"{"name": "s", "experiments": [{"workload": {"kind": "sleep"}}]}"#, "experiments[0].name: is missing"),
    (#"{"name": "s", "experiments": [{"name": "x"}]}"#, "experiments[0].workload: is missing"),
    (
      #"{"name": "s", "experiments": [{"name": "x", "workload": {}}]}"#, "experiments[0].workload.kind: is missing"
    ),
    (
      #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "disk"}}]}"#,
      "experiments[0].workload.kind: 'disk' is not a workload; did you mean 'file'?; there are sleep, echo, http, file, compute, serve"
    ),
    (
      #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "sleep", "size": "1B"}}]}"#,
      "experiments[0].workload.size: is not a field; there are kind, duration"
    ),
    (
      #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "sleep"}}, "#
        + #"{"name": "x", "workload": {"kind": "echo"}}]}"#,
      "experiments: has two experiments of one name"
    ),
    (
      #"{"name": "s", "experiments": [], "seed": 7}"#,
      "seed: is not a field; there are name, about, include, limits, experiments"
    ),
    (#"{"name": "s", "limits": []}"#, "limits: is empty"),
    (#"{"name": "s", "limits": ["ports", "ports"]}"#, "limits: names a limit twice"),
    (
      #"{"name": "s", "limits": ["port"]}"#,
      "limits[0]: 'port' is not a limit; did you mean 'ports'?; there are "
        + Limit.allCases.map(\.rawValue).joined(separator: ", ")
    ),
    (#"{"name": "s", "include": []}"#, "include: is empty"),
    (#"{"name": "s", "include": ["../quick"]}"#, "include: is not a list of names of suites"),
  ]

  @Test(arguments: wrongSuites)
  func suiteIsRefusedInOneLineWhenAFieldIsWrong(_ text: String, complaint: String) {
    expectRefusal(of: text, complaint)
  }

  private func expectRefusal(of text: String, _ complaint: String) {
    let failure = #expect(throws: HarnessFailure.self) { try read(text) }
    #expect(failure?.description == "FILE: \(complaint)")
    if case .usage = failure?.cause {} else { Issue.record("the cause is not the usage") }
  }

  @Test(arguments: ["", "{", #"{"name": "s", "experiments": [{"na"#, "name: s", "[1, 2"])
  func suiteIsRefusedInOneLineWhenItIsNotJSON(_ text: String) {
    let failure = #expect(throws: HarnessFailure.self) { try read(text) }
    #expect(failure?.description.hasPrefix("FILE: not valid JSON") == true)
    #expect(failure?.description.contains("\n") == false)
  }

  @Test func suiteThatIsNotAnObjectIsRefused() {
    let failure = #expect(throws: HarnessFailure.self) { try read("[]") }
    #expect(failure?.description == "FILE: the top level: is not an object of the expected form")
  }

  @Test func fileThatCannotBeReadIsRefused() {
    let path = "/nothing/here.json"
    let failure = #expect(throws: HarnessFailure.self) { try Suite.read(from: path) }
    #expect(failure?.description == "cannot read suite file \(path); name a suite (`iomodes list`) or another file")
  }

  @Test(arguments: [("sleep", "duration"), ("echo", "timeout"), ("http", "timeout"), ("compute", "timeout")])
  func timesOfAWorkloadAreBounded(kind: String, field: String) throws {
    func suite(_ time: String) -> String {
      #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "\#(kind)", "\#(field)": "\#(time)"}}]}"#
    }
    _ = try read(suite("43200min"))
    expectRefusal(
      of: suite("43201min"),
      "experiments[0].workload.\(field): 43201min is too long; at most 43200min, which are 30 days")
  }

  /// Points are counted without being made: a hundred numbers of each kind are 400,000,000 points.
  @Test func pointsAreBounded() {
    let numbers = (1...100).map(String.init).joined(separator: ",")
    let lists = #""arrivals": "poisson", "rate_per_s": [1], "limit": [\#(numbers)]"#
    let many = #""concurrency": [\#(numbers)], \#(lists), "duration": "1s""#
    expectRefusal(
      of: #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "http"}, \#(many)}]}"#,
      "experiments[0].concurrency: with modes, rates, limits and pools makes 40000 points; at most 10000")
  }

  @Test func longestTimesAreAnnouncedAsLongAsTheyAre() throws {
    let suite = try read(
      #"{"name": "s", "experiments": [{"name": "x", "workload": {"kind": "sleep"}, "duration": "43200min", "rounds": 2, "#
        + #""modes": ["epoll", "blocking"], "warmup": "43200min"}]}"#)
    let seconds = Agenda(suite, seed: 1, isPatient: true).most.seconds
    #expect(seconds >= 2 * 2 * 2 * 30 * 86_400)
  }

  @Test func valuesAreCheckedAgainWhenASuiteHasBeenChanged() throws {
    var suite = Suite(
      name: "s", about: "", experiments: [Experiment(name: "x", workload: .sleep(SleepSpec()))])
    _ = try suite.validated()
    suite.experiments[0].concurrency = [0]
    let failure = #expect(throws: Suite.Malformed.self) { try suite.validated() }
    #expect(
      failure?.description == "experiments[0].concurrency: 0 is not a number of lanes; it must be from 1 to 10000000")
  }
}
