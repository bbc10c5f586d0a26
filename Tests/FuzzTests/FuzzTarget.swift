/// A part of the program that reads input from others. It may refuse any input, but must not trap, hang or contradict
/// itself.
enum FuzzTarget: String, CaseIterable, Sendable {
  /// A stream of HTTP requests, read whole and in pieces.
  case request
  /// A stream of HTTP replies, likewise, strictly or leniently.
  case response
  /// The bytes that a connection of the built-in server receives.
  case server
  /// A suite that is read, planned and announced.
  case suite
  /// `run.json`, then `trials.jsonl`, line by line: read, summed up and written in every format.
  case run
  /// The records that a trial's processes print, one per line: merged and judged.
  case partial
  /// Histograms as text, one a line.
  case histogram
  /// A document with citations of a run.
  case citation
  /// Values as people write them on a command line.
  case value

  func run(_ input: [UInt8]) {
    switch self {
    case .request: ReaderTarget.run(input, as: .request)
    case .response: ReaderTarget.run(input, as: .response)
    case .server: ServerTarget.run(input)
    case .suite: SuiteTarget.run(input)
    case .run: RunTarget.run(input)
    case .partial: PartialTarget.run(input)
    case .histogram: HistogramTarget.run(input)
    case .citation: CitationTarget.run(input)
    case .value: ValueTarget.run(input)
    }
  }

  /// Whether its inputs are lines of JSON.
  var isJSON: Bool {
    switch self {
    case .suite, .run, .partial: true
    case .request, .response, .server, .histogram, .citation, .value: false
    }
  }
}

/// The inputs of a target, made from its corpus by a seed.
struct FuzzInputs {
  private let corpus: [[UInt8]]
  /// Of targets whose inputs are lines of JSON.
  private let lines: [[JSONTree]]
  private var bytes: ByteMutator
  private var json: JSONMutator

  init(_ target: FuzzTarget, corpus: [[UInt8]], seed: UInt64) {
    self.corpus = corpus
    lines = target.isJSON ? corpus.map { $0.split(separator: UInt8(ascii: "\n")).compactMap { JSONTree($0) } } : []
    bytes = ByteMutator(seed: seed)
    json = JSONMutator(seed: seed, donors: Array(lines.joined()))
  }

  mutating func next() -> [UInt8] {
    let input = bytes.pick(0...corpus.count - 1)
    return lines.isEmpty ? mutated(corpus[input]) : mutated(lines[input])
  }

  /// An input derived from another one.
  mutating func mutated(_ input: [UInt8]) -> [UInt8] {
    if !lines.isEmpty {
      let trees = input.split(separator: UInt8(ascii: "\n")).compactMap { JSONTree($0) }
      if !trees.isEmpty { return mutated(trees) }
    }
    return bytes.mutated(input, donor: corpus[bytes.pick(0...corpus.count - 1)])
  }

  /// Changes one line, and sometimes another one.
  private mutating func mutated(_ trees: [JSONTree]) -> [UInt8] {
    var texts = trees.map { Array($0.text.utf8) }
    for _ in 0..<bytes.pick(1...2) {
      let line = bytes.pick(0...trees.count - 1)
      texts[line] = json.mutatedText(trees[line])
    }
    return Array(texts.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
  }
}
