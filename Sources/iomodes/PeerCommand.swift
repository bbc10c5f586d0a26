import Foundation
import Harness
import Measurement
import Plan
import Reporting
import SystemCalls

let peerCommand = Command(
  name: "peer", operands: "list | build [NAME…] | check NAME",
  operandValues: .one(of: PeerTask.allCases.map(\.rawValue)),
  about: "Programs in any language that stand in for modes: lists them, builds them, or tests one by known answers.",
  groups: [
    ("Options", [.list("peer", "PATH", "the folder of another one's peer.json, again for several", .folder)])
  ],
  examples: [
    ("iomodes peer list", "those under Benchmarks/peers, and what each needs"),
    ("iomodes peer build", "all that are installed, and not built"),
    ("iomodes peer check python-threads", "does it keep the contract? exit code 1 where it does not"),
  ],
  mostOperands: 1000
) { arguments in
  for complaint in Peers.complaints { Program.complain(complaint) }
  for path in arguments.all("peer") { try Peers.add(at: path) }
  let name = try arguments.first("to be told what to do: \(PeerTask.names)")
  guard let task = PeerTask(rawValue: name) else {
    throw UsageError(Spelling.isNot(name, "what peer can do", among: PeerTask.allCases.map(\.rawValue)))
  }
  let names = Array(arguments.operands.dropFirst())
  switch task {
  case .list:
    if let other = names.first { throw UsageError("'\(other)' is one operand too many; see `iomodes help peer`") }
    Screen.show(listOfPeers)
    return 0
  case .build: return try build(try names.isEmpty ? Peers.all.filter(\.isToBuild) : names.map(peer))
  case .check:
    guard names.count == 1 else { throw UsageError("peer check needs the name of one peer") }
    return try check(try peer(names[0]))
  }
}

private enum PeerTask: String, CaseIterable {
  case list, build, check

  static let names = allCases.map(\.rawValue).joined(separator: ", ")
}

private func peer(_ name: String) throws -> Peer {
  guard let peer = Peers.named(ModeID(name)) else {
    throw UsageError(Spelling.isNot(name, "a peer", among: Peers.all.map(\.manifest.id)))
  }
  return peer
}

private var listOfPeers: String {
  guard !Peers.all.isEmpty else { return "no peers under \(Peers.place); name others with --peer PATH" }
  return Peers.all.map { peer in
    let manifest = peer.manifest
    let does = [
      manifest.drives.isEmpty ? nil : "drives \(manifest.drives.joined(separator: ", "))",
      manifest.serves.isEmpty ? nil : "serves \(manifest.serves.joined(separator: ", "))",
    ].compactMap { $0 }.joined(separator: "; ")
    let language = manifest.runtime.map { "\(manifest.language), \($0)" } ?? manifest.language
    return Help.row(
      manifest.id, "\(manifest.about) (\(language)); \(does); \(peer.unavailability ?? "ready")", Screen.columns
    ).joined(separator: "\n")
  }.joined(separator: "\n")
}

private func build(_ peers: [Peer]) throws -> Int32 {
  var failed: [String] = []
  for peer in peers {
    do {
      if try peer.build({ print($0) }) {
        print("\(peer.manifest.id): built")
      } else {
        print("\(peer.manifest.id): nothing to build")
      }
    } catch {
      Program.complain("\(error)")
      failed.append(peer.manifest.id)
    }
  }
  if peers.isEmpty { print("all peers are built, or have nothing to build") }
  return failed.isEmpty ? 0 : 1
}

private func check(_ peer: Peer) throws -> Int32 {
  let processors = try Processors.current()
  Interruption.watch()
  let bar = Screen.Bar(quiet: false)
  defer { bar.clear() }
  let results = try PeerCheck.run(peer, on: processors) { bar.show($0) }
  bar.clear()
  let width = (results.map(\.name.count).max() ?? 0) + 2
  for result in results {
    print("\(Terminal.padded(result.name, to: width))\(result.verdict.rawValue)")
    for line in Terminal.wrapped(result.remark ?? "", width: max(20, Screen.columns - 4)) where !line.isEmpty {
      print("    \(line)")
    }
  }
  let failed = results.count { $0.verdict == .failed }
  if failed > 0 {
    throw HarnessFailure(
      "\(failed) of \(results.count) checks failed: \(peer.manifest.id) does not keep the contract yet")
  }
  print("\(peer.manifest.id) keeps the contract")
  return 0
}
