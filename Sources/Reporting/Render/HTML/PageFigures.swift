import Foundation
import Records

/// The figures of a page.
public struct PageFigures: Sendable {
  struct Figure: Sendable, Equatable {
    let kind: FigureKind
    /// The section that the figure belongs to.
    let experiment: String
    let question: String
    /// The quantities on the axes.
    let subject: String
    let svg: String
  }

  let figures: [Figure]
  /// Why there are no figures: the words after “no figures: ”.
  let absence: String?

  /// Whether no figures could be made.
  public var isAbsent: Bool { absence != nil }

  init(figures: [Figure], absence: String? = nil) {
    self.figures = figures
    self.absence = absence
  }

  /// No figures.
  ///
  /// - Parameter reason: the words after “no figures: ”; the same on every machine.
  public static func none(_ reason: String) -> PageFigures { PageFigures(figures: [], absence: reason) }

  public static let withoutGnuplot = none("gnuplot was not installed where this page was made")
}

extension PageFigures {
  /// On a page with more than so many, they are folded: a reader looks for one, and paper has no room for all.
  private static let mostUnfolded = 40

  /// Those of a section, under the questions that they answer. Nil where there are none.
  ///
  /// - Parameter drawn: how many stand before them on the page.
  func group(_ taken: [Figure], after drawn: Int) -> Markup? {
    let drawings = taken.enumerated().compactMap { index, figure in figure.drawing(number: drawn + index + 1) }
    guard !drawings.isEmpty else { return nil }
    var questions: [String] = []
    for figure in taken where !questions.contains(figure.question) { questions.append(figure.question) }
    let count = "\(taken.count) \(taken.count == 1 ? "figure" : "figures")"
    return """
      <details class="figures"\(figures.count > Self.mostUnfolded ? nil : " open" as Markup)>\
      <summary>\(count): \(questions.joined(separator: " "))</summary>
      \(drawings)</details>

      """
  }
}

extension PageFigures.Figure {
  /// - Parameter number: on the page. No anchor has the `_` behind it, so that ids in figures are no one else's.
  fileprivate func drawing(number: Int) -> Markup? {
    InlineSVG(svg, prefix: "f\(number)_", label: "\(question) \(experiment): \(subject)")
      .map { "<figure>\n\($0.markup)\n</figure>\n" }
  }
}

extension Figures {
  /// Draws the figures of a run for a page, in a temporary folder.
  ///
  /// - Parameter gnuplot: the path of the program.
  public static func forPage(_ run: Run, gnuplot: String) throws(FiguresFailure) -> PageFigures {
    let scratch = try scratchFolder()
    defer { scratch.remove() }
    let folder = scratch.path
    let outcome = try write(run, to: folder, gnuplot: gnuplot, endings: [".svg"])
    var figures: [PageFigures.Figure] = []
    for drawn in outcome.drawn {
      let path = "\(folder)/\(drawn.stem).svg"
      let svg = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
      guard svg.contains("<svg") else {
        throw FiguresFailure(description: "gnuplot has drawn \(path), which is no SVG")
      }
      figures.append(
        .init(
          kind: drawn.kind, experiment: drawn.experiment, question: drawn.question, subject: drawn.subject, svg: svg))
    }
    return PageFigures(figures: figures)
  }
}
