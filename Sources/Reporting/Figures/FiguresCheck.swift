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
  ///   - gnuplot: the path of the program, or nil where it is not installed; then figures only have to be there.
  public static func check(
    _ run: Run, in folder: String, gnuplot: String?, progress: @escaping Progress = { _, _, _ in }
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
    _ = try write(run, to: anew, gnuplot: gnuplot, progress: progress)
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
      let figures = plan(run).filter { $0.data.measuredBlocks > 0 }.flatMap { figure in
        endings.map { "\(figure.stem)\($0)" }
      }
      check.missing += figures.filter { !present.contains($0) }
      check.remarks.append("gnuplot is not installed, so only data and scripts are compared, and figures looked for")
      expected.formUnion(figures)
    }
    let own = endings + [".dat", ".gp"]
    check.surplus = present.filter { name in !expected.contains(name) && own.contains { name.hasSuffix($0) } }
    return check
  }
}
