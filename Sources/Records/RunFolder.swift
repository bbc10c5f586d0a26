import Dispatch
import Foundation
import Plan
import Synchronization

/// A run on disk: `run.json`, `trials.jsonl` and, if they were measured, `limits.json` and `primitives.json`.
public struct Run: Sendable {
  public var record: RunRecord
  /// In the order in which they ran.
  public var trials: [TrialRecord]
  /// The limit experiments, if any ran.
  public var limits: LimitsRecord?
  /// The costs of primitives, if they were measured.
  public var primitives: PrimitivesRecord?
  /// Warnings about the files, one line each, such as an incomplete last line.
  public var warnings: [String]

  public init(
    record: RunRecord, trials: [TrialRecord], limits: LimitsRecord? = nil, primitives: PrimitivesRecord? = nil,
    warnings: [String] = []
  ) {
    self.record = record
    self.trials = trials
    self.limits = limits
    self.primitives = primitives
    self.warnings = warnings
  }
}

/// Why a run cannot be read or written, in one line.
public struct RunFolderFailure: RemediableFailure {
  public let description: String
  public let remedy: Remedy?

  public init(_ description: String, remedy: Remedy? = nil) {
    self.description = description
    self.remedy = remedy
  }
}

/// The folder of a run.
public struct RunFolder: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// The folder's own name, which becomes the id of a run that begins in it.
  public var name: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

  public var recordPath: String { path + "/run.json" }
  public var trialsPath: String { path + "/trials.jsonl" }
  public var limitsPath: String { path + "/" + LimitsRecord.name }
  public var primitivesPath: String { path + "/" + PrimitivesRecord.name }

  /// Whether there is a run in it, readable or not.
  public var isRun: Bool { FileManager.default.fileExists(atPath: recordPath) }

  /// Reads the run. An incomplete last line, which a killed writer leaves, is ignored with a warning. So are an
  /// unreadable `limits.json` and `primitives.json`.
  public func read() throws(RunFolderFailure) -> Run {
    var run = Run(record: try readRecord(), trials: [])
    if FileManager.default.fileExists(atPath: trialsPath) { try readTrials(into: &run) }
    if FileManager.default.fileExists(atPath: limitsPath) {
      do throws(RunFolderFailure) {
        run.limits = try decode(try contents(of: limitsPath), with: JSONDecoder()) { limitsPath }
      } catch {
        run.warnings.append("\(error.description); the limits are left out")
      }
    }
    if FileManager.default.fileExists(atPath: primitivesPath) {
      do throws(RunFolderFailure) {
        run.primitives = try readPrimitives()
      } catch {
        run.warnings.append("\(error.description); the primitives are left out")
      }
    }
    return run
  }

  /// Reads only `primitives.json`, which may also stand in a folder without a run.
  public func readPrimitives() throws(RunFolderFailure) -> PrimitivesRecord {
    try decode(try contents(of: primitivesPath), with: JSONDecoder()) { primitivesPath }
  }

  private func readTrials(into run: inout Run) throws(RunFolderFailure) {
    let lines = try trialLines()
    run.trials = try trials(in: lines)
    try checkNumbers(of: run.trials, in: lines)
    if let number = lines.cutOff {
      run.warnings.append(
        "\(trialsPath): line \(number) is cut off and left out; resuming the run measures it again")
    }
  }

  /// A duplicate trial would count twice.
  private func checkNumbers(of trials: [TrialRecord], in lines: TrialLines) throws(RunFolderFailure) {
    var known: [Int: Int] = [:]
    for (index, trial) in trials.enumerated() {
      guard let first = known.updateValue(index, forKey: trial.trial) else { continue }
      let isCopy = trial == trials[first]
      throw RunFolderFailure(
        "\(trialsPath): line \(lines.numbers[index]) repeats trial \(trial.trial) of line \(lines.numbers[first]); "
          + (isCopy
            ? "they are equal, so remove one" : "they differ, so restore the file, or run again"))
    }
  }

  /// Decodes on all CPUs, because a report spends most of its time here.
  private func trials(in lines: TrialLines) throws(RunFolderFailure) -> [TrialRecord] {
    let chunkSize = 256
    let chunks = Mutex<[Int: Result<[TrialRecord], RunFolderFailure>]>([:])
    DispatchQueue.concurrentPerform(iterations: (lines.count + chunkSize - 1) / chunkSize) { chunk in
      let decoder = JSONDecoder()
      let result = Result { () throws(RunFolderFailure) in
        var trials: [TrialRecord] = []
        for index in chunk * chunkSize..<min((chunk + 1) * chunkSize, lines.count) {
          trials.append(
            try decode(lines.bytes[lines.lines[index]], with: decoder) {
              "\(trialsPath): line \(lines.numbers[index])"
            })
        }
        return trials
      }
      chunks.withLock { $0[chunk] = result }
    }
    var trials: [TrialRecord] = []
    for (_, chunk) in chunks.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { trials += try chunk.get() }
    return trials
  }

  /// Reads only `run.json`.
  public func readRecord() throws(RunFolderFailure) -> RunRecord {
    try decode(try contents(of: recordPath), with: JSONDecoder()) { recordPath }
  }

  /// The lines of `trials.jsonl`.
  public func trialLines() throws(RunFolderFailure) -> TrialLines { TrialLines(try contents(of: trialsPath)) }

  private func contents(of path: String) throws(RunFolderFailure) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw RunFolderFailure("cannot read \(path): it is missing or not readable; name the folder of a run")
    }
  }

  private struct Version: Decodable {
    var schemaVersion: Int
    enum CodingKeys: String, CodingKey { case schemaVersion = "schema_version" }
  }

  /// If decoding fails, an unknown version is the first suspect.
  private func decode<R: Versioned>(
    _ data: Data, with decoder: JSONDecoder, from place: () -> String
  ) throws(RunFolderFailure) -> R {
    do {
      let record = try decoder.decode(R.self, from: data)
      guard record.schemaVersion == SchemaVersion.current else {
        throw unknownVersion(record.schemaVersion, place())
      }
      guard let objection = record.objection else { return record }
      throw RunFolderFailure("\(place()): \(objection); restore the file, or run again")
    } catch let failure as RunFolderFailure {
      throw failure
    } catch {
      guard let version = try? decoder.decode(Version.self, from: data) else {
        throw RunFolderFailure(
          "\(place()): not a JSON object with a schema_version (cut off or damaged); restore the file, or run again")
      }
      guard version.schemaVersion == SchemaVersion.current else {
        throw unknownVersion(version.schemaVersion, place())
      }
      throw RunFolderFailure("\(place()): \(describe(error)); restore the file, or run again")
    }
  }

  private func unknownVersion(_ version: Int, _ place: String) -> RunFolderFailure {
    RunFolderFailure(
      "\(place): schema version \(version) is unknown (this program reads \(SchemaVersion.current)); "
        + "use the version of iomodes that wrote it")
  }

  private func describe(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "field '\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "field '\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    default: "not valid JSON"
    }
  }
}

private protocol Versioned: Decodable {
  var schemaVersion: Int { get }
  /// Why a record is invalid, whoever wrote it; nil if it is valid.
  var objection: String? { get }
}

extension RunRecord: Versioned {}
extension TrialRecord: Versioned {}
extension LimitsRecord: Versioned {}
extension PrimitivesRecord: Versioned {}
