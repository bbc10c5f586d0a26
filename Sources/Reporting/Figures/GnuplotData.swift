import Foundation
import Measurement
import Plan
import Records
import Statistics

/// The kinds of figures. Each answers one question about an experiment.
enum FigureKind: String, CaseIterable {
  case throughput, latency, response, heat, cpu, footprint, speedup, serve, load, time, memory, interference, tuning
  case explain
}

/// The data of one figure. `#` lines say where they come from. Then every mode has a block, two empty lines apart, with a
/// header row that begins with the quoted name of the mode. Columns are fixed; `NaN` means that there is no value.
struct GnuplotData {
  let kind: FigureKind
  let experiment: String
  /// The question that the figure answers, which is its title.
  let question: String
  /// What is drawn against what, as in a caption.
  let subject: String
  /// The words before “, so there is no figure”; nil if there is one.
  let absence: String?
  /// Distinguishes its file name from those of other figures of its kind and experiment; empty if there are none.
  let place: String
  let text: String

  init(
    _ kind: FigureKind, _ experiment: String, _ description: String, _ provenance: Provenance, question: String,
    subject: String, place: String = "", remarks: [(String, String)] = [], absence: String? = nil, blocks: [Block]
  ) {
    self.kind = kind
    self.experiment = experiment
    self.question = question
    self.subject = subject
    self.place = place
    self.absence = absence ?? FigureAbsence.reason(kind, blocks.filter { $0.name != Self.ideal })
    let facts =
      [("question", question), ("figure", subject), ("run", provenance.run)]
      + (provenance.origin.map { [("origin", $0)] } ?? [])
      + provenance.warnings.map { ("warning", $0) } + [
        ("machine", provenance.machine), ("date", provenance.date),
        ("experiment", experiment.onOneLine), ("workload", description.onOneLine),
      ] + remarks + Self.looks(of: blocks, provenance.modes)
    text =
      facts.map { "# \($0): \($1)\n" }.joined() + blocks.map(\.text).joined(separator: "\n\n")
  }

  /// How the modes of the blocks are drawn: one word for each mode, in the same order in all lines.
  private static func looks(of blocks: [Block], _ modes: ModeTable) -> [(String, String)] {
    let looks = modes.looks(of: blocks.map { String($0.name.prefix { $0 != "/" }) })
    func line(_ name: String, _ word: (ModeDescription) -> String) -> (String, String) {
      (name, looks.map(word).joined(separator: " "))
    }
    guard !looks.isEmpty else { return [] }
    return [
      line("modes") { Block.word($0.id.rawValue) }, line("kinds", \.kind.rawValue), line("colours", \.look.colour),
      line("tones") { ModeTone.onPaper($0.look.colour) }, line("markers") { "\($0.look.marker)" },
      line("dashes") { "\($0.look.dash)" },
    ] + (looks.contains { $0.label != $0.id.rawValue } ? [line("labels") { Block.label($0.label) }] : [])
  }

  /// All figures of all experiments.
  static func files(of run: Run) -> [GnuplotData] {
    let provenance = Provenance(run.record)
    let summary = Summary(run)
    let ofSections = summary.sections.flatMap { section -> [GnuplotData] in
      switch section {
      case .experiment(let experiment): figures(of: experiment, provenance)
      case .load(let load):
        [GnuplotData(latencyUnder: load, provenance)]
          + (load.unsaturatedRate.flatMap { rate in
            summary.experiments.first { $0.plannedName == load.name && $0.rate == rate }
          }.map { latencies(of: $0, provenance) } ?? [])
      case .sweep: []
      }
    }
    return ofSections + interferences(of: summary.experiments, provenance)
      + summary.tunings.map { GnuplotData($0, provenance) }
      + explanations(of: run, summary.experiments, provenance)
  }

  private static func figures(of experiment: Summary.MeasuredExperiment, _ provenance: Provenance) -> [GnuplotData] {
    [GnuplotData(throughputOf: experiment, provenance)] + latencies(of: experiment, provenance)
      + [GnuplotData(costOf: experiment, provenance)]
      + (experiment.isServing ? [] : [GnuplotData(footprintOf: experiment, provenance)])
      + (experiment.hasBlocking ? [GnuplotData(speedupOf: experiment, provenance)] : [])
      + (experiment.spansMemory ? [GnuplotData(memoryOf: experiment, provenance)] : [])
      + (experiment.isServing ? [GnuplotData(servingOf: experiment, provenance)] : times(of: experiment, provenance))
  }

  /// Latency by percentile and over time. Operations with an intended start have response times, too.
  private static func latencies(of experiment: Summary.MeasuredExperiment, _ provenance: Provenance) -> [GnuplotData] {
    [GnuplotData(percentilesOf: experiment, provenance), GnuplotData(heatOf: experiment, provenance)]
      .compactMap(\.self)
  }

  /// Throughput and threads over time, which only clients record.
  private static func times(of experiment: Summary.MeasuredExperiment, _ provenance: Provenance) -> [GnuplotData] {
    experiment.byConcurrency.filter { $0.points.contains { $0.timeline != nil } }.map {
      GnuplotData(timeOf: experiment, at: $0.concurrency, $0.points, provenance)
    }
  }

  private static let ideal = "ideal"
  static let intervals = (
    "interval", "low and high are the 95 % interval of the median over trials; with fewer than 6 trials, their range"
  )

  private static let servedInPart = (
    "served in part", "served_in_part is the number of lanes that were served, if not all were; else NaN"
  )

  static let ofTrials = (
    "of trials", "the median over trials of each trial's own percentile, with its interval from low to high"
  )

  private init(throughputOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    let names = ["throughput_per_s", "low_per_s", "high_per_s", "valid_trials"]
    var blocks = Self.blocks(experiment, names) { point in
      Self.columns(point?.throughput) + [Double(point?.validTrials ?? 0)]
    }
    if let serviceTime = experiment.serviceTime, serviceTime > 0 {
      let rows = experiment.byConcurrency.map { concurrency, _ -> [Double?] in
        [Double(concurrency), Double(concurrency) / serviceTime, nil, nil, nil]
      }
      blocks.append(Block(name: Self.ideal, columns: names, rows: rows))
    }
    self.init(
      .throughput, experiment.name, experiment.description, provenance,
      question: experiment.isCurve
        ? "How does throughput grow with concurrency?"
        : "How does throughput differ at concurrency \(experiment.concurrencies)?",
      subject: "throughput against concurrency",
      remarks: [("columns", "concurrency, then those named"), Self.intervals] + Self.gaps(experiment), blocks: blocks)
  }

  /// The cost of serving, quantity by quantity.
  private init(servingOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    let isPartly = experiment.points.contains { !$0.servesAll }
    let names =
      [
        "throughput_per_s", "low_per_s", "high_per_s", "p50_ns", "p50_of_trials_ns", "low_ns", "high_ns", "p99_ns",
        "p99_of_trials_ns", "low_ns", "high_ns", "server_cpu_us", "low_us", "high_us", "server_threads_peak", "low",
        "high", "server_rss_peak_bytes", "low_bytes", "high_bytes",
      ] + (isPartly ? ["served_in_part"] : [])
    self.init(
      .serve, experiment.name, experiment.description, provenance,
      question: experiment.isCurve
        ? "What does serving cost as concurrency grows?"
        : "What does serving cost at concurrency \(experiment.concurrencies)?",
      subject: "throughput, latency, CPU time, threads and memory of the server against concurrency",
      remarks: [
        ("columns", "concurrency, then those named; CPU time is per operation"), Self.intervals,
        ("pooled", "p50 and p99 are of the operations of all valid trials together"), Self.ofTrials,
      ] + (isPartly ? [Self.servedInPart] : []) + Self.gaps(experiment),
      blocks: Self.blocks(experiment, names) { point in
        let latency = point?.response ?? point?.latency
        let ofTrials = point?.response == nil ? point?.servicePercentiles : point?.responsePercentiles
        return Self.columns(point?.throughput)
          + [latency?.percentile(50).map { Double($0) }] + Self.columns(ofTrials?.p50)
          + [latency?.percentile(99).map { Double($0) }] + Self.columns(ofTrials?.p99)
          + Self.columns(point?.tested.cpu) + Self.columns(point?.threads) + Self.columns(point?.memory)
          + (isPartly ? [point.flatMap { $0.servesAll ? nil : $0.lanesServed.map { Double($0) } }] : [])
      })
  }

  private init(speedupOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    let names = ["throughput_over_blocking", "low", "high", "rounds"]
    self.init(
      .speedup, experiment.name, experiment.description, provenance,
      question: "How many times as fast as blocking is each mode"
        + (experiment.isCurve ? "?" : " at concurrency \(experiment.concurrencies)?"),
      subject: "speed-up over blocking against concurrency",
      remarks: [("columns", "concurrency, then those named"), Self.intervals] + Self.gaps(experiment),
      blocks: Self.blocks(experiment, names) { point in
        Self.columns(point?.ratioToBlocking) + [point?.ratioToBlocking.map { Double($0.n) }]
      }.filter { !($0.name == "blocking" || $0.name.hasPrefix("blocking/")) })
  }

  /// A block for every mode and variant, with a row for every concurrency of the experiment. The control does not wait.
  /// If operations wait, it is no measure for the modes, and is left out beside them.
  static func blocks(
    _ experiment: Summary.MeasuredExperiment, _ columns: [String], _ values: (Summary.Point?) -> [Double?]
  ) -> [Block] {
    let waiting = experiment.byName.filter { $0.points.contains { $0.mode != "null" } }
    let isControlled = waiting.isEmpty || experiment.serviceTime ?? 0 == 0
    return (isControlled ? experiment.byName : waiting).map { name, points in
      let rows = experiment.byConcurrency.map { concurrency, _ in
        [Double(concurrency)] + values(points.first { $0.concurrency == concurrency })
      }
      return Block(name: name, columns: columns, rows: rows)
    }
  }

  /// Why planned points have no value: `threads@100000=skipped`.
  static func gaps(_ experiment: Summary.MeasuredExperiment) -> [(String, String)] {
    gaps(experiment.points.map { (Double($0.concurrency), $0) })
  }

  /// - Parameter points: with their places on the horizontal axis.
  static func gaps(_ points: [(place: Double, point: Summary.Point)]) -> [(String, String)] {
    let words = points.compactMap { place, point -> String? in
      guard point.validTrials == 0, point.skippedTrials + point.invalidTrials > 0 else { return nil }
      return gap(point.name, place, isInvalid: point.invalidTrials > 0)
    }
    return gaps(words)
  }

  static func gaps(_ words: [String]) -> [(String, String)] {
    words.isEmpty ? [] : [("gaps", words.joined(separator: " "))]
  }

  static func gap(_ name: String, _ place: Double, isInvalid: Bool) -> String {
    "\(Block.word(name))@\(Block.number(place))=\(isInvalid ? "invalid" : "skipped")"
  }

  static func columns(_ estimate: Estimate?) -> [Double?] { [estimate?.median, estimate?.low, estimate?.high] }
}

extension GnuplotData {
  /// The rows of one mode.
  struct Block {
    /// One word. Gnuplot uses it as a title and for `index`.
    let name: String
    let columns: [String]
    let rows: [[Double?]]

    init(name: String, columns: [String], rows: [[Double?]]) {
      self.name = Self.word(name)
      self.columns = columns
      self.rows = rows
    }

    /// A label as one word: spaces do not break it, and nothing in it is markup of gnuplot's.
    static func label(_ label: String) -> String {
      String(label.map { $0.isWhitespace ? "\u{a0}" : "\"'`\\_^{}@&~#$".contains($0) ? "-" : $0 })
    }

    /// A name as one word.
    static func word(_ name: String) -> String {
      String(name.map { $0.isWhitespace || $0 == "\"" || $0 == "\\" ? "-" : $0 })
    }

    static func number(_ value: Double?) -> String {
      value.flatMap { NumberText.plain($0, digits: 7, wholeAsIs: true) } ?? "NaN"
    }

    var text: String {
      let header = (["\"\(name)\""] + columns).joined(separator: " ")
      let lines = rows.map { row in
        row.map(Self.number).joined(separator: " ")
      }
      return (["# \(name)", header] + lines).joined(separator: "\n") + "\n"
    }
  }
}

extension Summary.MeasuredExperiment {
  fileprivate var hasBlocking: Bool { points.contains { $0.mode == "blocking" } }

  /// Whether there are enough concurrencies for a curve. Fewer are drawn as bars.
  var isCurve: Bool { byConcurrency.count > 2 }

  /// All concurrencies, in words: `1 and 64`.
  var concurrencies: String {
    byConcurrency.map { NumberText.grouped($0.concurrency) }.joined(separator: " and ")
  }
}
