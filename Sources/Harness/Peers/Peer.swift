import Foundation
import Glibc
import Plan
import SystemCalls

/// A program that runs as a mode, with its manifest and its folder.
public struct Peer: Sendable {
  public let manifest: PeerManifest
  /// The folder in which its commands run.
  public let folder: String
  /// Whether the folder exists: a copied program has only the manifest.
  var isHere: Bool
  /// The built-in mode that runs as this peer, if any.
  var own: ModeID?
  /// The server behind this peer, if it does not know the contract.
  var contender: Contender?

  public var id: ModeID { ModeID(manifest.id) }

  init(
    _ manifest: PeerManifest, in folder: String, isHere: Bool = true, own: ModeID? = nil, contender: Contender? = nil
  ) {
    self.manifest = manifest
    self.folder = folder
    self.isHere = isHere
    self.own = own
    self.contender = contender
  }

  /// Why the peer cannot run here, with the remedy; nil if it can.
  public var unavailability: String? {
    if !isHere { return "\(folder) does not exist; run in a checkout, or name the peer's folder" }
    if let missingProgram { return missingProgram }
    guard let built = manifest.built, !FileManager.default.fileExists(atPath: absolute(built)) else { return nil }
    return "\(absolute(built)) does not exist; build it: iomodes peer build \(manifest.id)"
  }

  /// The required program that is not on PATH, with the remedy; nil if all are there.
  var missingProgram: String? {
    guard let missing = manifest.requires.first(where: { Self.path(of: $0) == nil }) else { return nil }
    return "\(missing) is not on PATH" + (manifest.install.map { "; install it: \($0)" } ?? "")
  }

  /// Resolves a command to the program's path and its arguments.
  func command(_ words: [String]) throws(HarnessFailure) -> (path: String, arguments: [String]) {
    let words = words.map { $0.replacing("{folder}", with: folder) }
    let inFolder = absolute(words[0])
    let path = words[0].contains("/") ? inFolder : Self.path(of: words[0])
    if let path, access(path, X_OK) == 0 { return (path, Array(words.dropFirst())) }
    guard access(inFolder, X_OK) == 0 else {
      throw HarnessFailure("peer \(manifest.id): there is no program '\(words[0])' in \(folder) or on PATH")
    }
    return (inFolder, Array(words.dropFirst()))
  }

  func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

  /// The program's path, by PATH.
  static func path(of program: String) -> String? {
    if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
    let folders = (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin").split(separator: ":")
    return folders.lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }

  /// The first line of its version command's output; nil if there is none.
  func readVersion() -> String? {
    guard let words = manifest.version, let (path, arguments) = try? command(words),
      let child = try? ChildProcess(path, arguments, takesErrors: true, in: folder)
    else { return nil }
    child.closeInput()
    let end = Date(timeIntervalSinceNow: 10)
    while Date() < end {
      switch child.readLine(timeout: 100) {
      case .text(let line) where line.allSatisfy(\.isWhitespace): continue
      case .text(let line): return String(line.trimmingCharacters(in: .whitespaces).prefix(200))
      case .ended: return nil
      case .nothing: continue
      }
    }
    child.kill()
    return nil
  }

  /// The description that runs record. The run chooses its look.
  func description(version: String? = nil) -> ModeDescription {
    ModeDescription(
      id, .peer, manifest.about,
      ModeDescription.Look(
        manifest.color?.uppercased() ?? PeerLooks.colours[0], dash: manifest.dash ?? 1, marker: manifest.marker ?? 1),
      .unknown,
      peer: PeerDescription(
        label: manifest.label, language: contender == nil ? manifest.language : nil, runtime: manifest.runtime,
        version: version,
        drives: manifest.drives, serves: manifest.serves, features: manifest.features, mode: own?.rawValue,
        url: contender?.url.description))
  }
}
