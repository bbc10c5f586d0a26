import Foundation
import Records

/// The figures that a page has in it.
public struct PageFigures: Sendable {
  struct Figure: Sendable, Equatable {
    let kind: FigureKind
    /// The name of what it belongs to.
    let experiment: String
    /// What is against what.
    let subject: String
    let svg: String
  }

  let figures: [Figure]
  /// Why there are none: the words after “no figures: ”.
  let absence: String?

  init(figures: [Figure], absence: String? = nil) {
    self.figures = figures
    self.absence = absence
  }

  /// No figures.
  ///
  /// - Parameter reason: the words after “no figures: ”, the same wherever the page is made.
  public static func none(_ reason: String) -> PageFigures { PageFigures(figures: [], absence: reason) }

  public static let withoutGnuplot = none("gnuplot was not installed where this page was made")
}

extension Figures {
  /// Draws the figures of a run for a page, in a folder of its own that is removed again.
  ///
  /// - Parameters:
  ///   - scripts: the folder of the `.gp` files.
  ///   - gnuplot: the path of the program.
  public static func forPage(
    _ run: Run, scripts: String, gnuplot: String
  ) throws(FiguresFailure) -> PageFigures {
    let scratch = try scratchFolder()
    defer { scratch.remove() }
    let folder = scratch.path
    let outcome = try write(run, to: folder, scripts: scripts, gnuplot: gnuplot, endings: [".svg"])
    return PageFigures(
      figures: outcome.drawn.compactMap { drawn in
        FileManager.default.contents(atPath: "\(folder)/\(drawn.stem).svg").map {
          PageFigures.Figure(
            kind: drawn.kind, experiment: drawn.experiment, subject: drawn.subject,
            svg: String(decoding: $0, as: UTF8.self))
        }
      })
  }
}
