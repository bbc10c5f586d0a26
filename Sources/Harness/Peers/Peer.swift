import Foundation
import Glibc
import Plan
import SystemCalls

/// A program that stands in for a mode, with its manifest and the folder where it lies.
public struct Peer: Sendable {
  public let manifest: PeerManifest
  /// Where its commands run.
  public let folder: String
  /// Whether the folder is there: a program that was copied has the manifest alone.
  var isHere: Bool
  /// The mode of this program that it is, if it is one.
  var own: ModeID?
  /// The server that it is, where nobody wrote it for this program.
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

  /// Why it cannot be run here, with what would mend that; nil where it can.
  public var unavailability: String? {
    if !isHere { return "\(folder) is not here; run in a checkout, or name the peer's folder (--peer PATH)" }
    if let missingProgram { return missingProgram }
    guard let built = manifest.built, !FileManager.default.fileExists(atPath: absolute(built)) else { return nil }
    return "\(absolute(built)) is not there; build it: iomodes peer build \(manifest.id)"
  }

  /// What it requires and PATH does not have, with a remedy.
  var missingProgram: String? {
    guard let missing = manifest.requires.first(where: { Self.path(of: $0) == nil }) else { return nil }
    return "\(missing) is not on PATH" + (manifest.install.map { "; install it: \($0)" } ?? "")
  }

  /// A command as it is started: the program's path, and its arguments.
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

  /// Where PATH has a program.
  private static func path(of program: String) -> String? {
    if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
    let folders = (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin").split(separator: ":")
    return folders.lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }

  /// The first line that its version command prints; nil where it has none, or says nothing.
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

  /// As runs record it. What it can do is known; how it looks beside others is settled by the run.
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
