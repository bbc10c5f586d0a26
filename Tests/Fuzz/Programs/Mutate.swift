import Foundation
import Glibc
import Measurement
import SystemCalls
import Workloads

/// `mutate TARGET COUNT SEED [CORPUS]` runs so many inputs, made of the corpus by a seed, and says how many were run and
/// how long the slowest took. An input that traps, or takes over a second, is written to `TARGET-SEED.input`.
///
/// `mutate pack TARGET FOLDER` prints the inputs that lie in a folder as lines of a corpus, and
/// `mutate unpack TARGET FOLDER [CORPUS]` writes them there. `mutate read request|response FILE` prints what the reader
/// makes of each line of a corpus.
@main
enum Mutate {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count >= 3 else { fail("mutate TARGET COUNT SEED [CORPUS]") }
    let folder = words.count > 3 ? words[3] : FuzzCorpus.folder
    switch words[0] {
    case "pack": pack(words[2])
    case "read": read(words[1] == "request" ? .request : .response, words[2])
    case "unpack": unpack(target(words[1]), from: folder, to: words[2])
    default:
      guard let count = Int(words[1]), let seed = UInt64(words[2]) else { fail("COUNT and SEED are numbers") }
      run(target(words[0]), count, seed, folder)
    }
  }

  private static func target(_ name: String) -> FuzzTarget {
    guard let target = FuzzTarget(rawValue: name) else {
      fail("'\(name)' is not one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return target
  }

  private static func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data("mutate: \(text)\n".utf8))
    exit(2)
  }

  private static func run(_ target: FuzzTarget, _ count: Int, _ seed: UInt64, _ folder: String) {
    let corpus = FuzzCorpus.inputs(of: target, in: folder)
    guard !corpus.isEmpty else { fail("there is no corpus of \(target.rawValue) in \(folder)") }
    Evidence.arm("\(target.rawValue)-\(seed).input")
    var inputs = FuzzInputs(target, corpus: corpus, seed: seed)
    var slowest = Nanoseconds.zero
    let start = MonotonicClock.now
    for input in corpus { watched(target, input, &slowest) }
    for _ in 0..<count { watched(target, inputs.next(), &slowest) }
    let elapsed = MonotonicClock.now.since(start)
    if target == .run { RunTarget.removeFolder() }
    print(
      "\(target.rawValue) seed \(seed): \(count + corpus.count) inputs in \(Int(elapsed.seconds)) s, the slowest "
        + "\(slowest.count / 1000) us, peak memory \((ProcFile.peakMemory ?? 0) >> 20) MiB")
  }

  private static func watched(_ target: FuzzTarget, _ input: [UInt8], _ slowest: inout Nanoseconds) {
    Evidence.hold(input)
    let begun = MonotonicClock.now
    target.run(input)
    let taken = MonotonicClock.now.since(begun)
    guard taken > slowest else { return }
    slowest = taken
    if taken > .seconds(1) { Evidence.write() }
  }

  private static func pack(_ folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names.sorted() {
      if let data = FileManager.default.contents(atPath: "\(folder)/\(name)"), !data.isEmpty {
        print(FuzzCorpus.escaped(data))
      }
    }
  }

  private static func read(_ role: HTTPReader.Role, _ path: String) {
    guard let data = FileManager.default.contents(atPath: path) else { fail("cannot read \(path)") }
    for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) where !line.isEmpty {
      print(ReaderTarget.outcome(of: FuzzCorpus.unescaped(Array(line)), as: role))
    }
  }

  private static func unpack(_ target: FuzzTarget, from corpus: String, to folder: String) {
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (number, input) in FuzzCorpus.inputs(of: target, in: corpus).enumerated() {
      try? Data(input).write(to: URL(fileURLWithPath: "\(folder)/\(number)"))
    }
  }
}

/// The input in hand, which outlives a trap: handlers of signals write it.
private enum Evidence {
  nonisolated(unsafe) private static var name: [CChar] = []
  nonisolated(unsafe) private static let bytes = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 16)
  nonisolated(unsafe) private static var count = 0

  static func arm(_ name: String) {
    self.name = name.utf8CString.map { $0 }
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
      signal(number) { number in
        Evidence.write()
        _exit(128 + number)
      }
    }
  }

  static func hold(_ input: [UInt8]) {
    count = min(input.count, 1 << 20)
    input.withUnsafeBytes { if let start = $0.baseAddress { memcpy(bytes, start, count) } }
  }

  static func write() {
    let file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    _ = Glibc.write(file, bytes, count)
    close(file)
  }
}
