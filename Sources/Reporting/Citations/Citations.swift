import Foundation
import Records
import Statistics

/// The citable numbers of a run: all that its reports show.
public struct Citations: Sendable {
  let record: RunRecord
  let build: CitedBuild
  let trials: [TrialRecord]
  let lines: TrialLines
  /// In the order of the reports.
  public let all: [Citable]
  private let catalogue: CitationCatalogue
  private let recordBytes: Data
  private let limitsBytes: Data
  private let primitivesBytes: Data
  /// The positions of each experiment's trials.
  private let positions: [String: [Int]]

  /// - Parameters:
  ///   - run: the run as it was read.
  ///   - lines: the lines of the same `trials.jsonl`, which may have grown since.
  ///   - recordBytes: the bytes of the same `run.json`.
  ///   - limitsBytes: the bytes of the same `limits.json`; nil if there is none.
  ///   - primitivesBytes: the bytes of the same `primitives.json`; nil if there is none.
  public init(
    _ run: Run, _ lines: TrialLines, recordBytes: Data, limitsBytes: Data? = nil, primitivesBytes: Data? = nil
  ) {
    self.init(
      run, lines, recordBytes: recordBytes, limitsBytes: limitsBytes, primitivesBytes: primitivesBytes,
      metrics: .standard)
  }

  init(
    _ run: Run, _ lines: TrialLines, recordBytes: Data, limitsBytes: Data?, primitivesBytes: Data? = nil,
    metrics: MetricTable
  ) {
    let summary = Summary(run)
    record = run.record
    build = CitedBuild(record)
    trials = run.trials
    self.lines = lines
    (self.recordBytes, self.limitsBytes) = (recordBytes, limitsBytes ?? Data())
    self.primitivesBytes = primitivesBytes ?? Data()
    positions = Dictionary(grouping: trials.indices.prefix(lines.count)) { [trials] in trials[$0].experiment }
    let claims = ClaimResult.all(run, summary)
    all =
      summary.experiments.flatMap { Citable.all(of: $0, metrics) } + summary.sections.flatMap(Citable.all)
      + summary.tunings.flatMap(Citable.all) + Citable.all(of: claims) + Citable.all(of: run.limits)
      + Citable.explanations(of: run) + Citable.all(of: Verdicts(run, summary))
      + Citable.all(of: run, summary, claims) + Citable.machines(of: run.record)
    catalogue = CitationCatalogue(all, summary, trials)
  }

  /// Reads the run in a folder.
  public init(_ folder: RunFolder) throws(RunFolderFailure) { try self.init(try folder.read(), in: folder) }

  /// - Parameter folder: the folder of `run`.
  public init(_ run: Run, in folder: RunFolder) throws(RunFolderFailure) {
    func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }
    let hasTrials = FileManager.default.fileExists(atPath: folder.trialsPath)
    self.init(
      run, hasTrials ? try folder.trialLines() : TrialLines(Data()), recordBytes: bytes(folder.recordPath) ?? Data(),
      limitsBytes: bytes(folder.limitsPath), primitivesBytes: bytes(folder.primitivesPath))
  }

  /// Reads the run with an id: from the folder of that name under `results`, or from any other folder there. Nil if
  /// there is none.
  public init?(run id: String, in results: String) throws(RunFolderFailure) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: results)) ?? []
    let folders = ([id] + names.sorted()).map { RunFolder(path: "\(results)/\($0)") }
    let folder = folders.first { folder in
      (try? folder.readRecord()).map { CitationQuery.word($0.runID) == id } ?? false
    }
    guard let folder else { return nil }
    try self.init(folder)
  }

  /// The run's id as citations have it.
  public var run: String { CitationQuery.word(record.runID) }

  /// One line for every number, with the query that names it.
  public var list: String {
    let width = all.map(\.query.count).max() ?? 0
    return all.map { "\(Terminal.padded($0.query, to: width))  \($0.text)\n" }.joined()
  }

  /// The number that a query names; a number's own words have priority over its other names.
  public func find(_ query: CitationQuery) throws(CitationFailure) -> Citation {
    citation(of: try catalogue.find(query))
  }

  /// - Parameter citable: a number of this run.
  public func citation(of citable: Citable) -> Citation {
    var hashes = Hashes()
    return citation(of: citable, &hashes)
  }

  /// The hashes that a point's numbers share.
  typealias Hashes = [CitationOrigin: Citation.Source]

  /// Like ``find(_:)``, with a cache of hashes.
  func find(_ query: CitationQuery, _ hashes: inout Hashes) throws(CitationFailure) -> Citation {
    citation(of: try catalogue.find(query), &hashes)
  }

  func citation(of citable: Citable, _ hashes: inout Hashes) -> Citation {
    let source = hashes[citable.origin] ?? source(of: citable.origin)
    hashes[citable.origin] = source
    return Citation(citable, record, build, source)
  }

  /// The SHA-256 of the whole `trials.jsonl`.
  var trialsHash: String { source(of: .allTrials).sha256 }

  private func source(of origin: CitationOrigin) -> Citation.Source {
    let all = trials.indices.prefix(lines.count)
    switch origin {
    case .trials(let selectors):
      let own = found(by: selectors)
      return .init(sha256: lines.sha256(at: own), lineCount: own.count)
    case .trialsAndPrimitives(let selectors):
      let own = selectors.map { found(by: $0) } ?? Array(all)
      return .init(sha256: lines.sha256(at: own, followedBy: primitivesBytes), lineCount: nil)
    case .allTrials: return .init(sha256: lines.sha256(at: all), lineCount: all.count)
    case .trialsAndLimits: return .init(sha256: lines.sha256(at: all, followedBy: limitsBytes), lineCount: nil)
    case .record: return .init(sha256: SHA256.hash(recordBytes), lineCount: nil)
    case .limits: return .init(sha256: SHA256.hash(limitsBytes), lineCount: nil)
    }
  }

  /// The positions of the lines that any of the selectors includes, in the order of the file.
  private func found(by selectors: [TrialSelector]) -> [Int] {
    let found = selectors.flatMap { selector in
      (positions[selector.experiment] ?? []).filter { selector.includes(trials[$0]) }
    }
    return Set(found).sorted()
  }
}
