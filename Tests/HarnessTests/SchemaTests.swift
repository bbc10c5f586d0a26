import Foundation
import Measurement
import Plan
import Records
import Reporting
import Testing
import Workloads

@testable import Harness

/// The schemas in `results/schema` match the records exactly. `IOMODES_WRITE=1` with these tests regenerates them.
struct SchemaTests {
  private static let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }

  /// Runs that are in the repository.
  private static let runs: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/results")) ?? []
    return names.sorted().map { "\(root)/results/\($0)" }
      .filter { FileManager.default.fileExists(atPath: $0 + "/run.json") }
  }()

  private func value(_ data: some DataProtocol) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(data))
  }

  @Test(arguments: PublishedSchema.all.map(\.name)) func publishedSchemaIsMadeOfTheTypes(_ name: String) throws {
    let schema = try #require(PublishedSchema.all.first { $0.name == name })
    let path = "\(Self.root)/results/schema/\(name).schema.json"
    let text = try schema.text()
    if ProcessInfo.processInfo.environment["IOMODES_WRITE"] == "1" {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text, "write it anew with IOMODES_WRITE=1")
  }

  // MARK: What there is

  @Test(arguments: runs) func recordedRunsAreAsTheSchemasSay(_ path: String) throws {
    let folder = RunFolder(path: path)
    let record = try value(Data(contentsOf: URL(fileURLWithPath: folder.recordPath)))
    #expect(try SchemaValidator.complaints(record, "run") == [])
    var validator = try SchemaValidator("trial")
    for line in try Data(contentsOf: URL(fileURLWithPath: folder.trialsPath)).split(separator: UInt8(ascii: "\n")) {
      validator.validate(try value(line))
    }
    #expect(validator.complaints.prefix(9) == [])
  }

  @Test func everyModeOfThisBuildIsAsTheSchemaSays() throws {
    var run = FullRecords.run
    run.modes = ModeDescription.builtIn
    #expect(try SchemaValidator.complaints(FullRecords.value(run), "run") == [])
  }

  @Test func trialThatWasJustMeasuredIsAsTheSchemaSays() async throws {
    let record = try await RealTrial.counting(20, .echo(EchoSpec()), server: .echo).carriedOut()
    #expect(try SchemaValidator.complaints(FullRecords.value(record), "trial") == [])
  }

  @Test func limitsAreAsTheSchemaSays() throws {
    var result = LimitResult(
      .ports,
      [
        .init("held", .connections, exactly: 1, measured: 1), .init("late", .nanoseconds, within: 1...2, measured: 1.5),
        .init("more", .threads, atLeast: 1, measured: 2), .init("told", .bytes, measured: 3),
      ], "So it is.")
    let processors = try Processors.current()
    let started = Date(timeIntervalSince1970: 0)
    let record = LimitsRecord([result], started: started, processors: processors)
    #expect(try SchemaValidator.complaints(FullRecords.value(record), "limits") == [])
    result = LimitResult(.ports, [], "It cannot be told here.")
    let skipped = LimitsRecord([result], started: started, processors: processors)
    #expect(try SchemaValidator.complaints(FullRecords.value(skipped), "limits") == [])
  }

  @Test func primitivesAreAsTheSchemaSays() throws {
    let record = PrimitivesRecord(
      [
        .init(.init("tcp-send", size: 64, lanes: 1), about: "A send.", cpu: [1, -0.5], wall: [2, 3]),
        .init(.init("task", processors: 2), about: "A task.", obstacle: "It cannot be told here."),
      ], rounds: 2, started: Date(timeIntervalSince1970: 0), processors: try .current())
    var validator = try SchemaValidator("primitives")
    validator.validate(try FullRecords.value(record))
    #expect(validator.complaints == [])
  }

  @Test(arguments: Suite.builtInNames) func suitesAreAsTheSchemaSays(_ name: String) throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: "\(Self.root)/Benchmarks/\(name).json"))
    #expect(try SchemaValidator.complaints(value(file), "suite") == [])
  }

  /// What `run.json` has of a suite can be read as one, and has every key but that of suites which are taken in.
  @Test func everyKeyOfASuiteIsInItsSchema() throws {
    var validator = try SchemaValidator("suite")
    validator.validate(try FullRecords.value(FullRecords.suite))
    #expect(validator.complaints == [])
    #expect(Set(validator.properties.keys).subtracting(validator.visited) == ["#/properties/include"])
  }

  @Test(arguments: [
    #"{"name":"x"}"#, #"{"name":"x","experiments":[{"workload":{"kind":"sleep"}}]}"#,
    #"{"name":"x","include":[1]}"#, #"{"name":"x","experiments":[],"rounds":3}"#,
    #"{"name":"x","experiments":[{"name":"e","workload":{"kind":"sleep","size":"1KiB"}}]}"#,
  ])
  func wrongSuiteIsRefusedByTypesAndSchemaAlike(_ text: String) throws {
    #expect(throws: Suite.Malformed.self) { try Suite(decoding: Data(text.utf8)) }
    // What depends on another key is for the types alone.
    if text != #"{"name":"x"}"# { #expect(try SchemaValidator.complaints(value(Data(text.utf8)), "suite") != []) }
  }

  @Test(arguments: [
    #"{"body":"Hello","op":0,"status":200}"#, #"{"body_base64":"/w==","op":1,"status":404}"#,
  ])
  func replyIsAsTheSchemaSays(_ line: String) throws {
    #expect(try SchemaValidator.complaints(value(Data(line.utf8)), "reply") == [])
  }

  // MARK: What there can be

  @Test func recordsThatAreToHaveEverythingDo() {
    // The other values of a workload follow from its JSON.
    #expect(gaps(FullRecords.trial).filter { !$0.contains(".spec.") } == [])
    // A part is never merged itself, and merged runs contain parts.
    #expect(gaps(FullRecords.run) == [".mergedFrom.run.mergedFrom"])
    for experiment in FullRecords.suite.experiments { #expect(gaps(experiment) == []) }
    #expect(Set(FullRecords.specs.map(\.kind)) == Set(WorkloadSpec.kinds))
  }

  /// Every added key has a description, and no removed key does.
  @Test(arguments: ["trial", "run"]) func schemaDescribesEveryKeyAndNoOther(_ name: String) throws {
    let values =
      name == "run"
      ? [try FullRecords.value(FullRecords.run)] : try FullRecords.trials.map { try FullRecords.value($0) }
    var validator = try SchemaValidator(name)
    for value in values { validator.validate(value) }
    #expect(validator.complaints == [])
    #expect(Set(validator.properties.keys).subtracting(validator.visited) == [])
  }

  @Test(arguments: PublishedSchema.all.map(\.name)) func everyKeyHasADescriptionAndTimesHaveTheirUnit(
    _ name: String
  ) throws {
    let schema = try SchemaValidator(name)
    #expect(schema.root["$schema"] == .string("https://json-schema.org/draft/2020-12/schema"))
    for (place, property) in schema.properties {
      let description = property["description"]?.string ?? ""
      #expect(description.hasSuffix("."), "\(place)")
      if place.hasSuffix("_ns") { #expect(description.hasSuffix("; ns.") || property["properties"] != nil, "\(place)") }
      if place.hasSuffix("_bytes") { #expect(description.hasSuffix("bytes."), "\(place)") }
    }
  }

  /// A definition is the same in all schemas, so that each can be used alone.
  @Test func definitionsOfOneNameAreTheSame() throws {
    var known: [String: JSONValue] = [:]
    for name in ["trial", "run", "limits", "primitives"] {
      guard case .object(let definitions)? = try SchemaValidator(name).root["$defs"] else { continue }
      for (key, definition) in definitions {
        #expect(known[key] == nil || known[key] == definition, "\(key) of \(name)")
        known[key] = definition
      }
    }
    #expect(known.count > 10)
  }

  // MARK: What is wrong

  private static let tampering: [(String, String, JSONValue?)] = [
    ("trial", "mode", nil), ("trial", "seed", .number(-1)), ("trial", "seed", .number(1.5)),
    ("trial", "valid", .string("yes")), ("trial", "later", .number(1)), ("trial", "schema_version", .number(2)),
    ("trial", "checksum", .string("00FF")), ("trial", "concurrency", .number(0)), ("trial", "reasons", .null),
    ("trial", "reasons", .array([.number(1)])), ("trial", "workload", .object(["kind": .string("dig")])),
    ("trial", "workload", .object(["kind": .string("sleep"), "duration": .string("5")])),
    ("trial", "arrivals", .object(["kind": .string("closed"), "rate_per_s": .number(0)])),
    ("trial", "latency_ns", .object([:])), ("trial", "lanes", .object(["lazy": .object([:])])),
    ("trial", "operations", .object(["failed": .object(["timeout": .string("3")])])),
    ("run", "environment", nil), ("run", "started", .string("yesterday")), ("run", "trials_planned", .string("12")),
    ("run", "merged_from", .array([])), ("run", "merged_from", .array([.object(["run": .object([:])])])),
    ("run", "environment", .object(["ephemeral_ports": .array([.number(1)])])),
    ("run", "environment", .object(["steal_share_since_boot": .number(2)])),
  ]

  @Test(arguments: tampering) func wrongRecordIsRefused(name: String, key: String, wrong: JSONValue?) throws {
    let right = try name == "run" ? FullRecords.value(FullRecords.run) : FullRecords.value(FullRecords.trial)
    guard case .object(var members) = right else { throw CancellationError() }
    members[key] = wrong
    #expect(try SchemaValidator.complaints(.object(members), name) != [])
  }

  // MARK: The table of trials

  /// The exceptions are distributions, series, counts by name, and a trial's standing among others.
  @Test func everyScalarOfARecordHasAColumn() throws {
    var run = Run(record: FullRecords.run, trials: [FullRecords.trial])
    run.trials[0].reasons = ["one"]
    run.trials[0].workload = try #require(FullRecords.workloads.first { RecordedWorkload($0).spec?.poolWidth != nil })
    let rows = Report(run).render(.csv, width: 0, color: false).split(separator: "\n")
    let names = rows[0].split(separator: ",")
    var cells = rows[1].replacing(/"([^"]|"")*"/, with: "quoted").split(
      separator: ",", omittingEmptySubsequences: false)
    #expect(cells.count == names.count)
    #expect(zip(names, cells).filter { $0.1.isEmpty && !$0.0.hasSuffix("_standing") }.map(\.0) == [])
    run.trials = [
      TrialRecord(
        runID: "r", experiment: "e", trial: 1, round: 1, order: 1, seed: 1, mode: "null", workload: .null,
        concurrency: 1,
        operations: .init(), valid: true, reasons: [])
    ]
    cells = Report(run).render(.csv, width: 0, color: false).split(separator: "\n")[1]
      .split(separator: ",", omittingEmptySubsequences: false)
    #expect(cells.count { !$0.isEmpty } == 11, "what does not apply is empty")
  }
}
