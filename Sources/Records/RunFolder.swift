import Dispatch
import Foundation
import Synchronization

/// A run as it lies on disk: `run.json`, `trials.jsonl` and, where limits were put to the test, `limits.json`.
public struct Run: Sendable {
  public var record: RunRecord
  /// In the order in which they were carried out.
  public var trials: [TrialRecord]
  /// Experiments on limits, where they were carried out too.
  public var limits: LimitsRecord?
  /// What a reader should be told about the files, one line each; such as a last line that was cut off.
  public var warnings: [String]

  public init(record: RunRecord, trials: [TrialRecord], limits: LimitsRecord? = nil, warnings: [String] = []) {
    self.record = record
    self.trials = trials
    self.limits = limits
    self.warnings = warnings
  }
}

/// Why a run cannot be read or written. Its description is one line, with a remedy.
public struct RunFolderFailure: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// The folder of a run.
public struct RunFolder: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// The folder's own name, wherever it lies: the id of a run that is begun in it.
  public var name: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

  public var recordPath: String { path + "/run.json" }
  public var trialsPath: String { path + "/trials.jsonl" }
  public var limitsPath: String { path + "/" + LimitsRecord.name }

  /// Whether there is a run in it, readable or not.
  public var isRun: Bool { FileManager.default.fileExists(atPath: recordPath) }

  /// Reads the run. A last line without its end is left out with a warning: it is what a killed writer leaves. So is a
  /// record of limits that cannot be read.
  public func read() throws(RunFolderFailure) -> Run {
    var run = Run(record: try readRecord(), trials: [])
    if FileManager.default.fileExists(atPath: trialsPath) { try readTrials(into: &run) }
    if FileManager.default.fileExists(atPath: limitsPath) {
      do throws(RunFolderFailure) {
        run.limits = try decode(try contents(of: limitsPath), with: JSONDecoder()) { limitsPath }
      } catch {
        run.warnings.append("\(error.description); its limits are left out")
      }
    }
    return run
  }

  private func readTrials(into run: inout Run) throws(RunFolderFailure) {
    let lines = try trialLines()
    run.trials = try trials(in: lines)
    try checkNumbers(of: run.trials, in: lines)
    if let number = lines.cutOff {
      run.warnings.append(
        "\(trialsPath): line \(number) is cut off and left out; `iomodes run --resume \(path)` measures it again")
    }
  }

  /// A trial that stands there twice would count twice.
  private func checkNumbers(of trials: [TrialRecord], in lines: TrialLines) throws(RunFolderFailure) {
    var known: [Int: Int] = [:]
    for (index, trial) in trials.enumerated() {
      guard let first = known.updateValue(index, forKey: trial.trial) else { continue }
      let isCopy = trial == trials[first]
      throw RunFolderFailure(
        "\(trialsPath): line \(lines.numbers[index]) has trial \(trial.trial), as line \(lines.numbers[first]) has; "
          + (isCopy
            ? "remove one of them, which are alike" : "they differ, so restore the file, or run again"))
    }
  }

  /// On all processors, since most of the time of a report goes here.
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

  /// Reads `run.json` alone.
  public func readRecord() throws(RunFolderFailure) -> RunRecord {
    try decode(try contents(of: recordPath), with: JSONDecoder()) { recordPath }
  }

  /// The bytes of `trials.jsonl`, line by line.
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

  /// The version is looked at first where the rest cannot be read, or says that it is another.
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
  /// What no record may say, whoever wrote it; nil where it says nothing of the kind.
  var objection: String? { get }
}

extension RunRecord: Versioned {}
extension TrialRecord: Versioned {}
extension LimitsRecord: Versioned {}
