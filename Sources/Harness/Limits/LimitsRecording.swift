import Foundation
import Records
import SystemCalls

extension LimitsRecord {
  /// - Parameter started: the time when the experiments began, in UTC.
  public init(_ results: [LimitResult], started: Date, processors: Processors) {
    self.init(
      started: ISO8601DateFormatter().string(from: started), tool: MachineFacts.tool,
      machine: MachineFacts.environment(processors), experiments: results.map(LimitsRecord.Entry.init))
  }

  /// Writes the record into a folder made by ``prepare(_:)``.
  public func write(to folder: String) throws(HarnessFailure) {
    let path = "\(folder)/\(Self.name)"
    do {
      let text = try JSONEncoder.stable(pretty: true).encode(self) + Data("\n".utf8)
      try WholeFile.write([UInt8](text), to: path, isDurable: true)
    } catch {
      throw HarnessFailure("cannot write \(path): \(error)", remedy: .otherOutput)
    }
  }

  /// Makes the folder before there is anything to write.
  /// - Returns: a descriptor of the folder, which holds a lock on it until closed.
  public static func prepare(_ folder: String) throws(HarnessFailure) -> Int32 {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessFailure("cannot make \(folder): \(error.localizedDescription)", remedy: .otherOutput)
    }
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw HarnessFailure("cannot open \(folder): \(Errno.current)", remedy: .otherOutput)
    }
    var complaint: String?
    if (try? FileLock.take(descriptor)) == false {
      complaint = "\(folder) is being written by another iomodes"
    } else if FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
      complaint = "\(folder) already holds a \(name)"
    }
    guard let complaint else { return descriptor }
    close(descriptor)
    throw HarnessFailure(complaint, remedy: .otherOutput)
  }
}

extension LimitsRecord.Entry {
  init(_ result: LimitResult) {
    let isMeasured = result.verdict != .skipped
    let predicted = result.observations.filter { $0.least != nil || $0.most != nil }
    self.init(
      name: result.limit.rawValue, claim: result.limit.claim,
      prediction: isMeasured
        ? Dictionary(
          uniqueKeysWithValues: predicted.map { ($0.key, LimitsRecord.Prediction(least: $0.least, most: $0.most)) })
        : nil,
      measurement: isMeasured
        ? Dictionary(uniqueKeysWithValues: result.observations.map { ($0.key, $0.measured) }) : nil,
      verdict: result.verdict, sentence: result.sentence)
  }
}

extension LimitResult.Observation {
  /// The name in data: lower-case words and the unit, joined by underscores; names of errors keep their case.
  var key: String {
    let words = name.split { !$0.isLetter && !$0.isNumber }
    return (words.map(String.init) + [unit.rawValue]).joined(separator: "_")
  }
}
