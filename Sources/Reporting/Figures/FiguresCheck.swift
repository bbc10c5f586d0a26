import Foundation
import Records

/// What ``Figures/check(_:in:gnuplot:progress:)`` has found. Files are given by name.
public struct FiguresCheck: Sendable, Equatable {
  /// Those that have other bytes than the run gives.
  public var differing: [String] = []
  public var missing: [String] = []
  /// Figures, data and scripts that the run does not give; what else stands there is another's business.
  public var surplus: [String] = []
  /// How many are as the run gives them.
  public var agreeing = 0
  /// What has not been looked at, and why, one line each.
  public var remarks: [String] = []

  public var isFine: Bool { differing.isEmpty && missing.isEmpty && surplus.isEmpty }
}

extension Figures {
  /// Whether a folder holds what the run gives: makes everything anew beside it, and compares bytes. Writes nothing to it.
  ///
  /// - Parameters:
  ///   - folder: that which ``write(_:to:scripts:gnuplot:endings:progress:)`` has written to.
  ///   - width: of the figures that are compared; those of the other are passed over.
  ///   - gnuplot: the path of the program, or nil where it is not installed; then figures only have to be there.
  public static func check(
    _ run: Run, in folder: String, width: FigureWidth = .screen, gnuplot: String?,
    progress: @escaping Progress = { _, _, _ in }
  ) throws(FiguresFailure) -> FiguresCheck {
    let present: [String]
    do {
      present = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw FiguresFailure(description: "cannot read \(folder): \(reason(error)); plot the run first")
    }
    let scratch = try scratchFolder()
    defer { scratch.remove() }
    let anew = scratch.path
    _ = try write(run, to: anew, width: width, gnuplot: gnuplot, progress: progress)
    var check = FiguresCheck()
    var expected = Set((try? FileManager.default.contentsOfDirectory(atPath: anew)) ?? [])
    for name in expected.sorted() {
      if !present.contains(name) {
        check.missing.append(name)
      } else if FileManager.default.contentsEqual(atPath: "\(anew)/\(name)", andPath: "\(folder)/\(name)") {
        check.agreeing += 1
      } else {
        check.differing.append(name)
      }
    }
    if gnuplot == nil {
      let figures = plan(run).filter { $0.data.absence == nil }.flatMap { figure in
        endings.map { "\(figure.stem)\(width.mark)\($0)" }
      }
      check.missing += figures.filter { !present.contains($0) }
      check.remarks.append("gnuplot is not installed, so only data and scripts are compared, and figures looked for")
      expected.formUnion(figures)
    }
    let drawn = plan(run).filter { $0.data.absence == nil }.map(\.stem)
    let others = Set(
      FigureWidth.allCases.filter { $0 != width }.flatMap { other in
        drawn.flatMap { stem in endings.map { "\(stem)\(other.mark)\($0)" } }
      })
    let own = endings + [".dat", ".gp"]
    check.surplus = present.filter { name in
      !expected.contains(name) && !others.contains(name) && own.contains { name.hasSuffix($0) }
    }
    return check
  }
}
