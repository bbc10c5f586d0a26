import Foundation

/// A document with all files that it reads with `\input` and `\include`.
public struct CitationDocument: Sendable {
  struct File: Sendable {
    /// The path as a person would write it.
    let path: String
    let text: String
    /// Whether a percent sign begins a comment, and commands read other files.
    let isLatex: Bool

    init(path: String = "", text: String, isLatex: Bool) {
      self.path = path
      self.text = text.replacing("\r\n", with: "\n")
      self.isLatex = isLatex
    }

    /// The lines; for LaTeX, without comments.
    var uncommented: [String] {
      text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        isLatex ? String(LatexText.withoutComment(line)) : String(line)
      }
    }
  }

  /// The document first, then each other file once.
  private(set) var files: [File] = []
  /// The files that the document reads and that do not exist.
  private(set) var missing: [(path: String, line: Int, name: String)] = []

  /// A single text without further files.
  init(_ text: String, isLatex: Bool) { files = [File(text: text, isLatex: isLatex)] }

  /// Reads a document with its files; nil if it does not exist.
  public init?(path: String) {
    guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
    var known: Set<String> = [Self.canonical(path)]
    add(bytes, path, folder: (path as NSString).deletingLastPathComponent, &known)
  }

  /// - Parameter folder: the document's folder, in which LaTeX searches for files.
  private mutating func add(_ bytes: Data, _ path: String, folder: String, _ known: inout Set<String>) {
    let file = File(path: path, text: String(decoding: bytes, as: UTF8.self), isLatex: Self.isLatex(path))
    files.append(file)
    guard file.isLatex else { return }
    let own = (path as NSString).deletingLastPathComponent
    for (index, line) in file.uncommented.enumerated() where line.contains("\\in") {
      for match in line.matches(of: /\\(?:input|include)(?:\s*\{([^{}#\\]+)\}|\s+([^\s{}#\\]+))/) {
        let name = String(match.1 ?? match.2 ?? "").trimmingCharacters(in: .whitespaces)
        let folders = own == folder || name.hasPrefix("/") ? [own] : [own, folder]
        let candidates = folders.flatMap { folder -> [String] in
          let path = name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)"
          return name.hasSuffix(".tex") ? [path] : ["\(path).tex", path]
        }
        let found = candidates.lazy.compactMap { path in
          FileManager.default.contents(atPath: path).map { (path, $0) }
        }.first
        guard let (path, bytes) = found else {
          missing.append((file.path, index + 1, name))
          continue
        }
        if known.insert(Self.canonical(path)).inserted { add(bytes, path, folder: folder, &known) }
      }
    }
  }

  /// The canonical form of a path.
  private static func canonical(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }

  private static func isLatex(_ path: String) -> Bool {
    let others = ["md", "markdown", "txt", "rst", "adoc", "org", "html", "htm", "json", "csv"]
    return !others.contains((path as NSString).pathExtension.lowercased())
  }
}

extension LatexText {
  /// The part of a line before a comment.
  static func withoutComment(_ line: Substring) -> Substring {
    var isEscaped = false
    for index in line.indices {
      if line[index] == "%", !isEscaped { return line[..<index] }
      isEscaped = line[index] == "\\" && !isEscaped
    }
    return line
  }
}
