import Foundation
import Glibc
import Measurement
import Plan

@testable import Harness
@testable import Records
@testable import Reporting

/// A run on disk, read and written in every format. Inputs take turns with the formats, and a few inputs cover all of
/// them.
enum RunTarget {
  /// In memory, of this process.
  private static let folder: RunFolder = {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
    return RunFolder(path: "\(base)/iomodes-fuzz-\(getpid())")
  }()

  static func removeFolder() { try? FileManager.default.removeItem(atPath: folder.path) }

  private static func write(_ bytes: ArraySlice<UInt8>, to path: String) {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    var descriptor = open(path, flags, 0o600)
    if descriptor < 0 {
      mkdir(folder.path, 0o700)
      descriptor = open(path, flags, 0o600)
    }
    precondition(descriptor >= 0, "cannot write \(path)")
    bytes.withUnsafeBytes { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
  }

  /// - Parameter everything: whether to write all formats, not only the one whose turn it is.
  static func run(_ input: [UInt8], everything: Bool = false) {
    let end = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.count
    write(input[..<end], to: folder.recordPath)
    write(input[min(end + 1, input.count)...], to: folder.trialsPath)
    guard let run = try? folder.read() else { return }
    let turn = input.reduce(UInt64(input.count)) { ($0 ^ UInt64($1)) &* 0x9E37_79B9_7F4A_7C15 } >> 60
    func isDue(_ numbers: Set<UInt64>) -> Bool { everything || numbers.contains(turn) }
    let report = Report(run)
    if isDue([0, 1, 2]) { _ = report.render(.text, width: 100, color: true) }
    if isDue([3]) { _ = report.render(.md, width: 100, color: false) }
    if isDue([4, 5]) {
      let text = report.render(.json, width: 100, color: false)
      precondition((try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) != nil, "its JSON is none")
    }
    if isDue([6]) { _ = report.render(.csv, width: 0, color: false) }
    if isDue([7]) { _ = report.render(.html, width: 100, color: false) }
    if isDue([8]) { _ = report.render(.latex, width: 100, color: false) }
    if isDue([9]) { _ = report.claims(.text, width: 100, color: false) }
    if isDue([10]) { _ = Export(run) }
    if isDue([11]) { _ = Figures.plan(run).map { $0.data.text } }
    if isDue([12]) { compare(run) }
    if isDue([13]) { cite(run) }
    if isDue([14]) { merge(run) }
    if isDue([15]) { resume(run) }
  }

  private static func compare(_ run: Run) {
    var other = run
    for index in other.trials.indices {
      other.trials[index].throughput = other.trials[index].throughput.map { $0 * 1.5 }
    }
    for comparison in [
      try? Comparison(run, other), try? Comparison([run, other], [other, run], isPaired: true),
      try? Comparison(run, baseline: "blocking"),
    ] { _ = comparison?.render(.text, outcomes: [], width: 100, color: false) }
  }

  private static func cite(_ run: Run) {
    guard let citations = try? Citations(run, in: folder) else { return }
    _ = citations.list
    for citable in citations.all.prefix(40) {
      let citation = citations.citation(of: citable)
      for format in CitationFormat.allCases { _ = citation.render(format) }
    }
  }

  private static func merge(_ run: Run) {
    var other = run
    other.record.runID += "-other"
    for index in other.trials.indices { other.trials[index].runID = other.record.runID }
    _ = (try? Run(merging: [run, other], as: "merged", command: [], allowsMixture: true)).map {
      Report($0).render(.text, width: 100, color: false)
    }
  }

  /// Goes as far as a resumed run plans the rest.
  private static func resume(_ run: Run) {
    guard let data = try? JSONEncoder().encode(run.record.suite),
      let suite = try? JSONDecoder().decode(Suite.self, from: data)
    else { return }
    let precision = run.record.precision.map {
      Precision(halfWidth: $0, maxRounds: run.record.maxRounds ?? Precision.usualMaxRounds)
    }
    var agenda = Agenda(
      suite, seed: run.record.seed, processors: 2, precision: precision, isPatient: run.record.isPatient,
      audits: run.record.audit ?? false)
    for trial in run.trials {
      guard agenda.next() != nil, agenda.take(trial) else { break }
    }
    precondition(agenda.most.trials >= 0)
    _ = run.record.calibration?.iterations(in: .seconds(10))
  }
}

/// A document that cites the run of the corpus.
enum CitationTarget {
  private static let citations: Citations? = {
    guard let first = FuzzCorpus.inputs(of: .run).first else { return nil }
    let parts = first.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let record = try? JSONDecoder().decode(RunRecord.self, from: Data(parts[0])) else {
      return nil
    }
    let trials = parts[1].split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(TrialRecord.self, from: Data($0))
    }
    return Citations(
      Run(record: record, trials: trials), TrialLines(Data(parts[1])), recordBytes: Data(parts[0]), limitsBytes: nil)
  }()

  static func run(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    let runs = citations
    for isLatex in [true, false] { _ = CitationCheck(text, isLatex: isLatex) { _ in runs } }
    if let line = text.split(separator: "\n").first { _ = try? runs?.find(CitationQuery(String(line))) }
  }
}
