import Harness
import Records
import Reporting

/// The article *Four ways to wait*, filled in from a run.
struct StudyReport {
  private let format: OutputFormat
  private let folder: RunFolder

  init(_ arguments: Arguments, _ folder: RunFolder) throws {
    for option in ["claims", "cite"] where arguments.has(option) {
      throw UsageError(
        "--study and --\(option) exclude each other; the article cites all its numbers, and has the claims")
    }
    format = try arguments.choice("format") ?? .md
    guard [.md, .latex, .html].contains(format) else {
      throw UsageError("--study has no format \(format.rawValue); choose md, latex or html")
    }
    guard folder.isRun else {
      throw HarnessFailure("\(folder.path) is no run: it has no run.json; name the folder of one")
    }
    self.folder = folder
  }

  /// Prints the article; standard error says what the run contradicts, and what it does not measure. Returns the exit
  /// code.
  func write() throws -> Int32 {
    let run = try Places.read(folder)
    let article = try StudyArticle(run, try Citations(run, in: folder), costs: costs(of: run))
    let figures = format == .html ? Reports.figures(of: run, Reports.gnuplot()) : .withoutGnuplot
    print(article.render(format, figures: figures) ?? "", terminator: "")
    for line in article.contradictions { Program.complain("\(line); the article says what was measured instead") }
    if let first = article.gaps.first {
      let more = article.gaps.count > 1 ? " (and \(article.gaps.count - 1) more, which the article names)" : ""
      Program.complain("not measured: \(first)\(more); `iomodes run study` measures all")
    }
    return article.contradictions.isEmpty ? (format == .html && figures.isAbsent ? 1 : 0) : contradicted
  }

  /// Exit code if the run contradicts the article.
  private var contradicted: Int32 { 4 }
}
