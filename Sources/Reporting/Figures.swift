import Foundation
import Records

/// What ``Figures/write(_:to:scripts:gnuplot:)`` has left behind.
public struct FiguresOutcome: Sendable, Equatable {
  /// Data files, by name.
  public var data: [String] = []
  /// Rendered figures, by name.
  public var figures: [String] = []
  /// What there is to tell, one line each: a figure that has nothing to show, how to install gnuplot, its warnings.
  public var remarks: [String] = []
  /// The figures that were drawn, in the order of the data.
  var drawn: [Drawn] = []

  struct Drawn: Sendable, Equatable {
    let kind: FigureKind
    let experiment: String
    let subject: String
    /// The name of its files, without the ending.
    let stem: String
  }
}

/// Why figures cannot be made. Its description is one line.
public struct FiguresFailure: Error, CustomStringConvertible {
  public let description: String
}

/// The figures of a run, as data, as the scripts that draw them, and as SVG and PNG.
public enum Figures {
  /// Writes the data and copies the scripts; where gnuplot is there, draws. What stood there under the same names is
  /// replaced. The same run gives the same bytes.
  ///
  /// - Parameters:
  ///   - folder: is created where it is missing.
  ///   - scripts: the folder of the `.gp` files.
  ///   - gnuplot: the path of the program, or nil where it is not installed; then the outcome says how to install it.
  ///   - endings: of the files that are drawn, which say what they are.
  public static func write(
    _ run: Run, to folder: String, scripts: String, gnuplot: String?, endings: [String] = [".svg", ".png"]
  ) throws(FiguresFailure) -> FiguresOutcome {
    try createFolder(folder)
    try copyScripts(from: scripts, to: folder)
    var outcome = FiguresOutcome()
    var stems: Set<String> = []
    for data in GnuplotData.files(of: run) {
      let stem = unused("\(fileName(data.experiment))\(data.place)-\(data.kind.rawValue)", &stems)
      try write(data.text, to: "\(folder)/\(stem).dat")
      outcome.data.append("\(stem).dat")
      guard data.measuredBlocks > 0 else {
        outcome.remarks.append("\(stem): \(emptiness(data.kind)), so there is no figure")
        for ending in endings { unlink("\(folder)/\(stem)\(ending)") }
        continue
      }
      guard let gnuplot else { continue }
      outcome.remarks += try draw(stem, data.kind, in: folder, gnuplot, endings).map { "\(stem): gnuplot: \($0)" }
      outcome.figures += endings.map { stem + $0 }
      outcome.drawn.append(
        .init(kind: data.kind, experiment: data.experiment, subject: data.subject, stem: stem))
    }
    if gnuplot == nil {
      outcome.remarks.append(
        "gnuplot is not installed, so nothing is drawn: `apt install gnuplot-nox` (Debian, Ubuntu) or "
          + "`dnf install gnuplot` (Fedora), then plot again")
    }
    return outcome
  }

  /// The gnuplot that a shell would find in `path`, a list as in the environment's `PATH`.
  public static func gnuplot(inPath path: String) -> String? {
    path.split(separator: ":").map { "\($0)/gnuplot" }.first { access($0, X_OK) == 0 }
  }

  private static func emptiness(_ kind: FigureKind) -> String {
    switch kind {
    case .throughput, .cpu, .serve, .time, .memory: "no valid trial has a value"
    case .latency, .load, .interference: "too few operations for percentiles"
    case .speedup: "no mode has valid trials in the same rounds as blocking"
    }
  }

  /// The experiment's name as part of a file name that needs no quoting anywhere.
  private static func fileName(_ experiment: String) -> String {
    let name = String(
      experiment.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
    return name.isEmpty || name.hasPrefix(".") || name.hasPrefix("-") ? "experiment\(name)" : name
  }

  private static func unused(_ stem: String, _ taken: inout Set<String>) -> String {
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
  private static func createFolder(_ folder: String) throws(FiguresFailure) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FiguresFailure(description: "cannot create \(folder): \(reason(error)); choose another folder")
    }
  }

  private static func copyScripts(from scripts: String, to folder: String) throws(FiguresFailure) {
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: scripts).filter { $0.hasSuffix(".gp") }.sorted()
      for name in names {
        let text = try Data(contentsOf: URL(fileURLWithPath: "\(scripts)/\(name)"))
        try text.write(to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
      }
    } catch {
      throw FiguresFailure(description: "cannot copy the scripts of \(scripts) to \(folder): \(reason(error))")
    }
  }

  private static func write(_ text: String, to path: String) throws(FiguresFailure) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw FiguresFailure(description: "cannot write \(path): \(reason(error))")
    }
  }

  /// Draws one figure in all formats, in one process. Returns the warnings that gnuplot printed.
  private static func draw(
    _ stem: String, _ kind: FigureKind, in folder: String, _ gnuplot: String, _ endings: [String]
  ) throws(FiguresFailure) -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: gnuplot)
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.arguments =
      ["--default-settings"]
      + endings.flatMap { ["-e", "data='\(stem).dat'; out='\(stem)\($0)'", "\(kind.rawValue).gp"] }
    process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw FiguresFailure(description: "cannot start \(gnuplot): \(reason(error))")
    }
    let printed = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = printed.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let complaint = lines.last ?? "it printed nothing, and ended with status \(process.terminationStatus)"
      throw FiguresFailure(description: "gnuplot could not draw \(folder)/\(stem).dat: \(complaint)")
    }
    return lines
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as POSIXError: String(cString: strerror(error.code.rawValue))
    case let error as CocoaError where error.underlying is POSIXError: reason(error.underlying!)
    default: Provenance.oneLine((error as NSError).localizedDescription)
    }
  }
}
