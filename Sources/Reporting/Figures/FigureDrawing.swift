import Foundation
import Synchronization
import SystemCalls

/// Draws figures with gnuplot, in a folder that has their data and scripts.
struct FigureDrawing: Sendable {
  /// The path of the program.
  let gnuplot: String
  let folder: String
  let width: FigureWidth
  /// The endings of the files to draw, such as `.svg`. They choose the formats.
  let endings: [String]
  /// When the run began, as ISO 8601. A PDF gets it as its creation date, where cairo writes the present time.
  let date: String

  /// Draws each figure in all formats, one figure per processor at a time.
  ///
  /// - Returns: the warnings of gnuplot, in the order of the figures.
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
    // An old file must not be mistaken for a new one.
    for ending in endings { unlink(place + ending) }
    let process: ChildProcess
    do throws(Errno) {
      // Whatever it prints is a complaint.
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

  /// Overwrites the present time, which cairo has written, with the run's. The length stays the same.
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
