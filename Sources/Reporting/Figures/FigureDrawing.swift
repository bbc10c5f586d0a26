import Foundation
import Synchronization
import SystemCalls

/// Draws figures in a folder that has their data and scripts.
struct FigureDrawing: Sendable {
  /// The program's path.
  let gnuplot: String
  let folder: String
  let width: FigureWidth
  /// Of the files, which say what they are.
  let endings: [String]
  /// When the run was begun, in the form of ISO 8601: what a PDF says of its making, as cairo would write the present time.
  let date: String

  /// Draws each figure in all formats, as many figures at a time as there are processors.
  ///
  /// - Returns: the warnings that gnuplot printed, by figure.
  func draw(
    _ figures: [FiguresOutcome.Drawn], _ progress: Figures.Progress
  ) throws(FiguresFailure) -> [String] {
    let results = Mutex<[Int: Result<[String], FiguresFailure>]>([:])
    DispatchQueue.concurrentPerform(iterations: figures.count) { index in
      let figure = figures[index]
      let hasFailed = results.withLock { $0.values.contains { if case .failure = $0 { true } else { false } } }
      if hasFailed { return }
      let result = Result { () throws(FiguresFailure) in try draw(figure) }
      results.withLock {
        $0[index] = result
        progress($0.count, figures.count, figure.stem)
      }
    }
    var warnings: [String] = []
    for (_, result) in results.withLock({ $0.sorted { $0.key < $1.key } }) { warnings += try result.get() }
    return warnings
  }

  private func draw(_ figure: FiguresOutcome.Drawn) throws(FiguresFailure) -> [String] {
    let stem = figure.stem
    let place = "\(folder)/\(stem)\(width.mark)"
    // What is there afterwards is new.
    for ending in endings { unlink(place + ending) }
    let process: ChildProcess
    do throws(Errno) {
      // All that it prints are complaints.
      process = try ChildProcess(
        gnuplot,
        ["--default-settings"]
          + endings.flatMap { ending in
            [
              "-e", "data='\(stem).dat'; width='\(width.rawValue)'; out='\(stem)\(width.mark)\(ending)'",
              "\(figure.kind.rawValue).gp",
            ]
          },
        takesErrors: true, in: folder, environment: ["LC_ALL": "C.UTF-8", "TZ": "UTC"])
    } catch {
      throw FiguresFailure(description: "cannot start \(gnuplot): \(error)")
    }
    let (printed, end) = process.finish()
    let lines = printed.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard end == .exited(0) else {
      let complaint = lines.last ?? "it printed nothing, and ended with \(end)"
      throw FiguresFailure(description: "gnuplot could not draw \(folder)/\(stem).dat: \(complaint)")
    }
    for ending in endings where access(place + ending, R_OK) != 0 {
      throw FiguresFailure(
        description: "gnuplot has drawn no \(place)\(ending): \(lines.last ?? "it printed nothing")")
    }
    if endings.contains(".pdf") { try dateDocument("\(place).pdf") }
    if endings.contains(".svg") { try finishSVG("\(place).svg", figure) }
    return lines.map { "\(stem): gnuplot: \($0)" }
  }

  private func finishSVG(_ path: String, _ figure: FiguresOutcome.Drawn) throws(FiguresFailure) {
    let drawn = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    let finished = FinishedSVG.text(
      drawn, title: figure.question, description: "\(figure.experiment): \(figure.subject)")
    try Figures.write(finished, to: path)
  }

  /// Puts the run's date where cairo has written the present one, in as many bytes.
  private func dateDocument(_ path: String) throws(FiguresFailure) {
    let digits = date.filter { $0.isASCII && $0.isNumber }.prefix(14)
    let mark = Data("/CreationDate (D:".utf8)
    do {
      var document = try Data(contentsOf: URL(fileURLWithPath: path))
      guard digits.count == 14, let found = document.range(of: mark), found.upperBound + 14 <= document.endIndex else {
        return
      }
      document.replaceSubrange(found.upperBound..<found.upperBound + 14, with: Data(digits.utf8))
      try document.write(to: URL(fileURLWithPath: path))
    } catch {
      throw FiguresFailure(description: "cannot date \(path): \(Figures.reason(error))")
    }
  }
}
