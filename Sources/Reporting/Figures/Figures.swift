import Foundation
import ProjectFiles
import Records
import SystemCalls

/// What ``Figures/write(_:to:scripts:gnuplot:endings:progress:)`` has left behind.
public struct FiguresOutcome: Sendable, Equatable {
  /// Data files, by name.
  public var data: [String] = []
  /// Rendered figures, by name.
  public var figures: [String] = []
  /// How many figures have nothing to show, and are not made.
  public var leftOut = 0
  /// What there is to tell, one line each: a figure that has nothing to show, how to install gnuplot, its warnings.
  public var remarks: [String] = []
  /// How many figures have something to show, and were not drawn.
  public var undrawn = 0
  /// The figures that were drawn, in the order of the data.
  var drawn: [Drawn] = []

  struct Drawn: Sendable, Equatable {
    let kind: FigureKind
    let experiment: String
    let question: String
    let subject: String
    /// The name of its files, without the ending.
    let stem: String
  }
}

/// Why figures, or other files of a run, cannot be made. Its description is one line.
public struct FiguresFailure: Error, CustomStringConvertible {
  public let description: String
}

/// How wide figures are, and so how large their letters.
public enum FigureWidth: String, CaseIterable, Sendable {
  /// 900 pixels.
  case screen
  /// One column of a paper: 85 mm, with no letter below 6 pt.
  case column

  /// What the names of its files have between that of the figure and the ending.
  var mark: String { self == .screen ? "" : "-column" }
}

/// The figures of a run, as data, as the scripts that draw them, and as SVG, PNG and PDF.
public enum Figures {
  /// Called with how many figures are drawn, of how many, and with the name of the last one.
  public typealias Progress = @Sendable (_ done: Int, _ total: Int, _ name: String) -> Void

  /// Writes the data and the scripts; where gnuplot is there, draws. What stood there under the same names is
  /// replaced. The same run gives the same bytes.
  ///
  /// - Parameters:
  ///   - folder: is created where it is missing.
  ///   - scripts: what draws the figures, a script for each kind and those that they load.
  ///   - gnuplot: the path of the program, or nil where it is not installed; then the outcome says how to install it.
  ///   - endings: of the files that are drawn, which say what they are.
  public static func write(
    _ run: Run, to folder: String, width: FigureWidth = .screen, scripts: [ProjectFile] = ProjectFiles.scripts,
    gnuplot: String?, endings: [String] = endings, progress: @escaping Progress = { _, _, _ in }
  ) throws(FiguresFailure) -> FiguresOutcome {
    try createFolder(folder)
    for script in scripts { try write(script.text, to: "\(folder)/\(script.name)") }
    var outcome = FiguresOutcome()
    let planned = plan(run)
    for (stem, data) in planned {
      try write(data.text, to: "\(folder)/\(stem).dat")
      outcome.data.append("\(stem).dat")
      guard let absence = data.absence else { continue }
      outcome.leftOut += 1
      outcome.remarks.append("\(stem): \(absence), so there is no figure")
      for width in FigureWidth.allCases {
        for ending in endings { unlink("\(folder)/\(stem)\(width.mark)\(ending)") }
      }
    }
    guard let gnuplot else {
      outcome.undrawn = planned.count - outcome.leftOut
      outcome.remarks.append(
        "gnuplot is not installed, so nothing is drawn: `apt install gnuplot-nox` (Debian, Ubuntu) or "
          + "`dnf install gnuplot` (Fedora), then plot again")
      return outcome
    }
    let drawing = FigureDrawing(
      gnuplot: gnuplot, folder: folder, width: width, endings: endings, date: run.record.started)
    outcome.drawn = planned.filter { $0.data.absence == nil }.map { stem, data in
      .init(
        kind: data.kind, experiment: data.experiment, question: data.question, subject: data.subject, stem: stem)
    }
    outcome.remarks += try drawing.draw(outcome.drawn, progress)
    outcome.figures = outcome.drawn.flatMap { figure in endings.map { "\(figure.stem)\(width.mark)\($0)" } }
    return outcome
  }

  /// The formats in which every figure is drawn.
  public static let endings = [".svg", ".png", ".pdf"]

  /// The figures of a run, under the names of their files without an ending.
  static func plan(_ run: Run) -> [(stem: String, data: GnuplotData)] {
    var stems: Set<String> = []
    return GnuplotData.files(of: run).map { data in
      (unused("\(fileName(data.experiment))\(data.place)-\(data.kind.rawValue)", &stems), data)
    }
  }

  /// The gnuplot that a shell would find in `path`, a list as in the environment's `PATH`.
  public static func gnuplot(inPath path: String) -> String? {
    path.split(separator: ":").map { "\($0)/gnuplot" }.first { access($0, X_OK) == 0 }
  }

  /// The experiment's name as part of a file name that needs no quoting anywhere.
  static func fileName(_ experiment: String) -> String {
    let name = String(
      experiment.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }.prefix(180))
    return name.isEmpty || name.hasPrefix(".") || name.hasPrefix("-") ? "experiment\(name)" : name
  }

  static func unused(_ stem: String, _ taken: inout Set<String>) -> String {
    var candidate = stem
    var number = 2
    while !taken.insert(candidate).inserted {
      candidate = "\(stem)-\(number)"
      number += 1
    }
    return candidate
  }
}

extension Figures {
  /// For what is drawn and not kept.
  static func scratchFolder() throws(FiguresFailure) -> ScratchFolder {
    let parent = FileManager.default.temporaryDirectory.path
    do throws(Errno) {
      return try ScratchFolder(in: parent)
    } catch {
      throw FiguresFailure(
        description: "cannot make a folder in \(parent): \(error); set TMPDIR to a folder that can be written")
    }
  }

  static func createFolder(_ folder: String) throws(FiguresFailure) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FiguresFailure(description: "cannot create \(folder): \(reason(error)); choose another folder")
    }
  }

  static func write(_ text: String, to path: String) throws(FiguresFailure) {
    do {
      try WholeFile.write(Array(text.utf8), to: path)
    } catch {
      throw FiguresFailure(description: "cannot write \(path): \(reason(error))")
    }
  }

  static func reason(_ error: any Error) -> String {
    switch error {
    case let error as Errno: error.description
    case let error as POSIXError: String(cString: strerror(error.code.rawValue))
    case let error as CocoaError where error.underlying is POSIXError: reason(error.underlying!)
    default: Provenance.oneLine((error as NSError).localizedDescription)
    }
  }
}
