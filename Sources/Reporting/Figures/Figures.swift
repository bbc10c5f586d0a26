import Foundation
import ProjectFiles
import Records
import SystemCalls

/// The result of ``Figures/write(_:to:width:scripts:gnuplot:endings:progress:)``.
public struct FiguresOutcome: Sendable, Equatable {
  /// The names of the data files.
  public var data: [String] = []
  /// The names of the drawn files.
  public var figures: [String] = []
  /// The number of figures left out because they have nothing to show.
  public var leftOut = 0
  /// Remarks for the user, one line each: why a figure is left out, how to install gnuplot, the warnings of gnuplot.
  public var remarks: [String] = []
  /// The number of figures that have something to show but were not drawn.
  public var undrawn = 0
  /// The drawn figures, in the order of the data.
  var drawn: [Drawn] = []

  struct Drawn: Sendable, Equatable {
    let kind: FigureKind
    let experiment: String
    let question: String
    let subject: String
    /// The name of its files without the ending.
    let stem: String
  }
}

/// The reason why figures, or other files of a run, cannot be made. The description is one line.
public struct FiguresFailure: Error, CustomStringConvertible {
  public let description: String
}

/// The width of figures, and with it the size of their letters.
public enum FigureWidth: String, CaseIterable, Sendable {
  /// 900 pixels, for screens.
  case screen
  /// 85 mm, one column of a paper. No letter is below 6 pt.
  case column

  /// What file names have between the name of the figure and the ending.
  var mark: String { self == .screen ? "" : "-column" }
}

/// The figures of a run: their data, the scripts that draw them, and SVG, PNG and PDF files.
public enum Figures {
  /// Called after each figure, with the number drawn so far, the total and the name of the figure.
  public typealias Progress = @Sendable (_ done: Int, _ total: Int, _ name: String) -> Void

  /// Writes the data and the scripts, and draws the figures if gnuplot is installed. Files of the same names are
  /// replaced. The same run gives the same bytes.
  ///
  /// - Parameters:
  ///   - folder: created if it is missing.
  ///   - scripts: one for each kind of figure, and those that they load.
  ///   - gnuplot: the path of the program; nil if it is not installed. The outcome then says how to install it.
  ///   - endings: of the files to draw, such as `.svg`. They choose the formats.
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

  /// The endings of all formats.
  public static let endings = [".svg", ".png", ".pdf"]

  /// The figures of a run, with the names of their files without an ending.
  static func plan(_ run: Run) -> [(stem: String, data: GnuplotData)] {
    var stems: Set<String> = []
    return GnuplotData.files(of: run).map { data in
      (unused("\(fileName(data.experiment))\(data.place)-\(data.kind.rawValue)", &stems), data)
    }
  }

  /// The name of a script of this program that `folder` has otherwise or lacks; nil if it has all of them.
  public static func otherScript(in folder: String) -> String? {
    ProjectFiles.scripts.first {
      FileManager.default.contents(atPath: "\(folder)/\($0.name)") != Data($0.text.utf8)
    }?.name
  }

  /// The path of the gnuplot that a shell would find.
  ///
  /// - Parameter path: a list of folders, as in the environment's `PATH`.
  public static func gnuplot(inPath path: String) -> String? {
    path.split(separator: ":").map { "\($0)/gnuplot" }.first { access($0, X_OK) == 0 }
  }

  /// The name of an experiment as part of a file name that no shell has to quote.
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
  /// A folder for files that are not kept.
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
    default: (error as NSError).localizedDescription.onOneLine
    }
  }
}
