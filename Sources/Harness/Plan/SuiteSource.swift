import Foundation
import Plan
import ProjectFiles

/// The source of a suite: a file, or the program itself.
enum SuiteSource {
  case file(String)
  case builtIn(ProjectFile)

  /// The built-in suite of this name; nil if there is none.
  init?(builtIn name: String) {
    guard let file = ProjectFiles.suites.first(where: { $0.name == "\(name).json" }) else { return nil }
    self = .builtIn(file)
  }

  /// The source in messages.
  var place: String {
    switch self {
    case .file(let path): path
    case .builtIn(let file): "the built-in \(file.name)"
    }
  }

  var name: String {
    switch self {
    case .file(let path): ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    case .builtIn(let file): (file.name as NSString).deletingPathExtension
    }
  }

  func data() throws(HarnessFailure) -> Data {
    switch self {
    case .builtIn(let file): return Data(file.text.utf8)
    case .file(let path):
      guard let data = FileManager.default.contents(atPath: path) else {
        throw HarnessFailure(.usage, "cannot read suite file \(path); name a suite (`iomodes list`) or another file")
      }
      return data
    }
  }

  /// The source of another suite that this one names: a file in the same folder, otherwise a built-in suite.
  func other(_ name: String) -> SuiteSource {
    guard case .file(let path) = self else { return SuiteSource(builtIn: name) ?? .file("\(name).json") }
    let beside = ((path as NSString).deletingLastPathComponent as NSString).appendingPathComponent("\(name).json")
    if !FileManager.default.fileExists(atPath: beside), let builtIn = SuiteSource(builtIn: name) { return builtIn }
    return .file(beside)
  }
}

extension Suite {
  /// The names of the suites that are built in.
  public static let builtInNames = ProjectFiles.suites.map { SuiteSource.builtIn($0).name }

  /// The built-in suite of this name; nil if there is none.
  public static func builtIn(_ name: String) throws(HarnessFailure) -> Suite? {
    guard let source = SuiteSource(builtIn: name) else { return nil }
    return try read(from: source, within: [name])
  }

  /// Reads a suite from a file.
  public static func read(from path: String) throws(HarnessFailure) -> Suite {
    let source = SuiteSource.file(path)
    return try read(from: source, within: [source.name])
  }

  /// Reads a suite with all that it includes.
  /// - Parameter chain: the names of the including suites, and of this one.
  static func read(from source: SuiteSource, within chain: [String]) throws(HarnessFailure) -> Suite {
    let data = try source.data()
    // Suites may name peers.
    _ = Peers.complaints
    let suite = try source.naming { () throws(Malformed) in try Suite(decoding: data) }
    guard let names = suite.include else { return suite }
    var parts: [Suite] = []
    for inclusion in names.compactMap(Inclusion.init) {
      let name = inclusion.suite
      guard !chain.contains(name) else {
        throw HarnessFailure(.usage, "\(source.place): include: '\(name)' would include itself; leave it out")
      }
      let other = try read(from: source.other(name), within: chain + [name])
      parts.append(try source.naming { () throws(Malformed) in try inclusion.selection(of: other) })
    }
    let included = parts
    return try source.naming { () throws(Malformed) in try suite.including(included) }
  }
}

extension SuiteSource {
  /// Adds the source to a malformed suite's message.
  fileprivate func naming(_ body: () throws(Suite.Malformed) -> Suite) throws(HarnessFailure) -> Suite {
    do throws(Suite.Malformed) {
      return try body()
    } catch {
      throw HarnessFailure(.usage, "\(place): \(error.description)")
    }
  }
}
