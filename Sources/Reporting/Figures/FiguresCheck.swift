import Foundation
import Records

/// The result of ``Figures/check(_:in:width:gnuplot:progress:)``. Files are given by name.
public struct FiguresCheck: Sendable, Equatable {
  /// Files with other bytes than the run gives.
  public var differing: [String] = []
  public var missing: [String] = []
  /// Figures, data and scripts that do not belong to the run. Files of other kinds are not looked at.
  public var surplus: [String] = []
  /// The number of files with the bytes that the run gives.
  public var agreeing = 0
  /// What was not compared, and why, one line each.
  public var remarks: [String] = []

  public var isFine: Bool { differing.isEmpty && missing.isEmpty && surplus.isEmpty }
}

extension Figures {
  /// Checks whether a folder holds what the run gives: makes all files in another folder and compares the bytes. Does
  /// not write to `folder`.
  ///
  /// - Parameters:
  ///   - folder: one that ``write(_:to:width:scripts:gnuplot:endings:progress:)`` has written to.
  ///   - width: of the figures to compare. Those of the other width are ignored.
  ///   - gnuplot: the path of the program; nil if it is not installed. Figures then only have to exist.
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
