import Foundation

/// The sources of iomodes: a commit of a git repository or, without git, a folder as it is.
public struct Checkout: Sendable {
  public let path: String
  /// Nil without git.
  public let commit: Commit?

  public struct Commit: Sendable {
    /// In 40 hexadecimal digits.
    public let hash: String
    /// When it was made, in seconds since 1970.
    public let time: Int
  }

  /// The sources around the current folder or, if there are none, around the program. Throws if they have changes that
  /// no commit holds.
  public init() throws(HarnessFailure) {
    let program = (TrialRunner.program as NSString).deletingLastPathComponent
    guard let path = [FileManager.default.currentDirectoryPath, program].lazy.compactMap(Self.root).first else {
      throw HarnessFailure(
        "no sources of iomodes are around the current folder, or around the program; change to a checkout")
    }
    self.path = path
    commit = try Self.commit(of: path)
  }

  private static func root(around folder: String) -> String? {
    var folder = URL(fileURLWithPath: folder).standardizedFileURL
    while true {
      let isRoot = ["Package.swift", "LICENSE", "Sources/iomodes"].allSatisfy {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
      }
      if isRoot { return folder.path }
      if folder.path == "/" { return nil }
      folder.deleteLastPathComponent()
    }
  }

  private static func commit(of path: String) throws(HarnessFailure) -> Commit? {
    // A repository around the folder, such as one of a whole home, says nothing about it.
    guard FileManager.default.fileExists(atPath: "\(path)/.git") else { return nil }
    let words = MachineFacts.git(["-C", path, "log", "-1", "--pretty=%H %ct"])?.split(separator: " ") ?? []
    guard words.count == 2, let time = Int(words[1]),
      let changes = MachineFacts.git(["-C", path, "status", "--porcelain", "--untracked-files=no"])
    else { throw HarnessFailure("git cannot read the commit in \(path); `git -C \(path) status` says why") }
    if let change = changes.split(separator: "\n").first {
      let file = change.split(separator: " ", maxSplits: 1).last ?? change
      throw HarnessFailure("\(path) has changes that no commit holds, such as in \(file); commit or undo them")
    }
    return Commit(hash: String(words[0]), time: time)
  }

  /// Copies the sources. A folder without git is copied whole, except what builds and killed runs leave.
  /// - Parameters:
  ///   - folder: an existing folder.
  ///   - scratch: a folder for what is needed meanwhile.
  public func copy(to folder: String, by scratch: String) throws(HarnessFailure) {
    let tape = "\(scratch)/sources.tar"
    if let commit {
      try SystemTool.run("git", ["-C", path, "archive", "-o", tape, commit.hash], in: scratch)
    } else {
      let left = ["./.build", "./.build-*", "./Package.resolved", "./*.tar.gz", "*.o", "__pycache__", "iomodes-tmp-*"]
      try SystemTool.run("tar", left.map { "--exclude=\($0)" } + ["-C", path, "-cf", tape, "."], in: scratch)
    }
    try SystemTool.run("tar", ["-C", folder, "-xf", tape], in: scratch)
    try SystemTool.run("rm", [tape], in: scratch)
  }
}
