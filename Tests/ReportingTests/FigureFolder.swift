import Foundation

@testable import Reporting

/// The needs of tests of figures: a folder, the scripts, and gnuplot.
enum FigureFolder {
  static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../plots").standardizedFileURL.path
  static let gnuplot = Figures.gnuplot(inPath: ProcessInfo.processInfo.environment["PATH"] ?? "")

  /// Calls `body` with the path of a folder that does not exist yet, and that is removed afterwards.
  static func with<R>(_ body: (String) throws -> R) throws -> R {
    let folder = NSTemporaryDirectory() + "iomodes-figures-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  /// The bytes of all its files, by name.
  static func files(in folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) })
  }
}
