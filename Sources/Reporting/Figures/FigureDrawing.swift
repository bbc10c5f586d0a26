import Foundation
import Synchronization
import SystemCalls

/// Draws figures in a folder that has their data and scripts.
struct FigureDrawing: Sendable {
  /// The program's path.
  let gnuplot: String
  let folder: String
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
      let result = Result { () throws(FiguresFailure) in try draw(figure.stem, figure.kind) }
      results.withLock {
        $0[index] = result
        progress($0.count, figures.count, figure.stem)
      }
    }
    var warnings: [String] = []
    for (_, result) in results.withLock({ $0.sorted { $0.key < $1.key } }) { warnings += try result.get() }
    return warnings
  }

  private func draw(_ stem: String, _ kind: FigureKind) throws(FiguresFailure) -> [String] {
    // What is there afterwards is new.
    for ending in endings { unlink("\(folder)/\(stem)\(ending)") }
    let process: ChildProcess
    do throws(Errno) {
      // All that it prints are complaints.
      process = try ChildProcess(
        gnuplot,
        ["--default-settings"]
          + endings.flatMap { ["-e", "data='\(stem).dat'; out='\(stem)\($0)'", "\(kind.rawValue).gp"] },
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
    for ending in endings where access("\(folder)/\(stem)\(ending)", R_OK) != 0 {
      throw FiguresFailure(
        description: "gnuplot has drawn no \(folder)/\(stem)\(ending): \(lines.last ?? "it printed nothing")")
    }
    if endings.contains(".pdf") { try dateDocument("\(folder)/\(stem).pdf") }
    return lines.map { "\(stem): gnuplot: \($0)" }
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
