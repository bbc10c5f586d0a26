import Foundation
import Plan
import ProjectFiles
import Synchronization
import SystemCalls

/// The known peers: those that were found, and those that the command line adds.
public enum Peers {
  private static let table = Mutex<[Peer]>([])

  /// The suffix of a built-in mode's name when it runs as a peer.
  static let asPeer = "-as-peer"

  /// In the order in which they were found.
  public static var all: [Peer] { table.withLock { $0 } }

  /// Nil for a built-in mode.
  public static func named(_ id: ModeID) -> Peer? { table.withLock { $0.first { $0.id == id } } }

  static func add(_ peer: Peer) {
    ForeignModes.add(peer.description())
    table.withLock { peers in
      if let place = peers.firstIndex(where: { $0.id == peer.id }) { peers[place] = peer } else { peers.append(peer) }
    }
  }

  /// Adds the peer with this folder or `peer.json`.
  @discardableResult
  public static func add(at path: String) throws(HarnessFailure) -> Peer {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw HarnessFailure(.usage, "peer '\(path)': there is no such folder or file")
    }
    let file = URL(fileURLWithPath: isFolder.boolValue ? "\(path)/\(manifestName)" : path).standardizedFileURL
    let peer = Peer(try PeerManifest.read(from: file.path), in: file.deletingLastPathComponent().path)
    add(peer)
    return peer
  }

  /// Adds a server that does not know the contract.
  public static func add(_ contender: Contender) -> ModeID {
    add(contender.peer)
    return contender.id
  }

  /// Adds a built-in mode as a client that keeps the contract for peers.
  public static func add(own mode: ModeID) -> ModeID {
    var manifest = PeerManifest(
      id: mode.rawValue + asPeer, about: "\(mode.rawValue), run as a peer: what the contract costs", language: "Swift")
    manifest.drive = [TrialRunner.program, Children.peerCommand, mode.rawValue]
    manifest.drives = PeerDescription.workloads
    manifest.features = [.openLoop, .limit, .newConnection, .unix]
    let peer = Peer(manifest, in: FileManager.default.currentDirectoryPath, own: mode)
    add(peer)
    return peer.id
  }

  /// Checks that the peers of a resumed run are here.
  static func require(_ modes: [ModeDescription]) throws(HarnessFailure) {
    for mode in modes {
      if let own = mode.peer?.mode.flatMap({ ModeID(rawValue: $0) }) { _ = add(own: own) }
      guard mode.peer != nil, named(mode.id) == nil else { continue }
      throw HarnessFailure(
        .usage, "the peer \(mode.id) of this run was not found",
        remedy: mode.peer?.url.map { .contender("\(mode.id)=\($0)") } ?? .peerFolder)
    }
  }

  /// The descriptions of modes for a run's record: peers with their versions, and each mode with a unique look.
  static func described(_ modes: [ModeID]) -> [ModeDescription] {
    let all = modes.map { mode in named(mode).map { $0.description(version: $0.readVersion()) } ?? mode.traits }
    return PeerLooks.settled(all) { mode in
      named(mode).map { ($0.manifest.color, $0.manifest.dash, $0.manifest.marker) }
    }
  }

  private static let manifestName = "peer.json"

  /// Searches once for manifests in `Benchmarks/peers/*/`, of the current folder and of the checkout of this build, and
  /// adds the built-in ones. The value has one line for each unreadable manifest and each duplicate name.
  public static let complaints = find()

  private static func find() -> [String] {
    var complaints: [String] = []
    var found: [String: String] = [:]
    for parent in folders {
      for name in FileSystem.entries(of: parent).sorted() where !name.hasPrefix(".") {
        let path = "\(parent)/\(name)/\(manifestName)"
        guard FileManager.default.fileExists(atPath: path) else { continue }
        do throws(HarnessFailure) {
          let peer = Peer(try PeerManifest.read(from: path), in: "\(parent)/\(name)")
          if let other = found[peer.manifest.id] {
            complaints.append("\(path): id: '\(peer.manifest.id)' is the id of \(other), too")
            continue
          }
          found[peer.manifest.id] = path
          add(peer)
        } catch {
          complaints.append(error.description)
        }
      }
    }
    // A copied program has no folders to search, but knows the peers of its suites.
    let paths = Set(found.values)
    for file in ProjectFiles.peers {
      guard !paths.contains(where: { $0.hasSuffix("/\(file.name)") }),
        let manifest = try? JSONDecoder().decode(PeerManifest.self, from: Data(file.text.utf8)),
        found[manifest.id] == nil
      else { continue }
      add(Peer(manifest, in: "\(place)/\(file.name.prefix { $0 != "/" })", isHere: false))
    }
    return complaints
  }

  /// The folder to search, relative to a checkout.
  public static let place = "Benchmarks/peers"

  /// The folder of peers: the first of these that exists.
  private static var folders: [String] {
    var folders = [FileManager.default.currentDirectoryPath]
    var folder = URL(fileURLWithPath: TrialRunner.program).deletingLastPathComponent()
    while folder.path != "/" {
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
        folders.append(folder.path)
        break
      }
      folder.deleteLastPathComponent()
    }
    let all = folders.map { URL(fileURLWithPath: "\($0)/\(place)").resolvingSymlinksInPath().path }
    return all.first { FileManager.default.fileExists(atPath: $0) }.map { [$0] } ?? []
  }
}
