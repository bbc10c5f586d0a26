import Foundation

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

  public var recordPath: String { path + "/run.json" }
  public var trialsPath: String { path + "/trials.jsonl" }
  public var limitsPath: String { path + "/" + LimitsRecord.name }

  /// Reads the run. A last line without its end is left out with a warning: it is what a killed writer leaves. So is a
  /// record of limits that cannot be read.
  public func read() throws(RunFolderFailure) -> Run {
    let record: RunRecord = try decode(try contents(of: recordPath), from: recordPath)
    var run = Run(record: record, trials: [])
    if FileManager.default.fileExists(atPath: trialsPath) { try readTrials(into: &run) }
    if FileManager.default.fileExists(atPath: limitsPath) {
      do throws(RunFolderFailure) {
        run.limits = try decode(try contents(of: limitsPath), from: limitsPath)
      } catch {
        run.warnings.append("\(error.description); its limits are left out")
      }
    }
    return run
  }

  private func readTrials(into run: inout Run) throws(RunFolderFailure) {
    let data = try contents(of: trialsPath)
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      if index == lines.count - 1 {
        run.warnings.append(
          "\(trialsPath): line \(index + 1) is cut off and left out; `iomodes run --resume \(path)` measures it again")
        break
      }
      run.trials.append(try decode(Data(line), from: "\(trialsPath): line \(index + 1)"))
    }
  }

  private func contents(of path: String) throws(RunFolderFailure) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw RunFolderFailure("cannot read \(path): it is missing or not readable; name the folder of a run")
    }
  }

  private struct Version: Decodable {
    var schemaVersion: Int
    enum CodingKeys: String, CodingKey { case schemaVersion = "schema_version" }
  }

  private func decode<R: Decodable>(_ data: Data, from place: String) throws(RunFolderFailure) -> R {
    let decoder = JSONDecoder()
    guard let version = try? decoder.decode(Version.self, from: data) else {
      throw RunFolderFailure(
        "\(place): not a JSON object with a schema_version (cut off or damaged); restore the file, or run again")
    }
    guard version.schemaVersion == SchemaVersion.current else {
      throw RunFolderFailure(
        "\(place): schema version \(version.schemaVersion) is unknown (this program reads \(SchemaVersion.current)); "
          + "use the version of iomodes that wrote it")
    }
    do {
      return try decoder.decode(R.self, from: data)
    } catch {
      throw RunFolderFailure("\(place): \(describe(error)); restore the file, or run again")
    }
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
