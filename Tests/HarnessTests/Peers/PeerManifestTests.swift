import Foundation
import Plan
import Records
import SystemCalls
import Testing
import Workloads

@testable import Harness

struct PeerManifestTests {
  private static let right = """
    {"contract": 1, "id": "example", "about": "a thread per lane", "language": "Python", "drive": ["python3", "client.py"],
     "drives": ["echo"]}
    """

  private static func read(_ text: String) throws -> PeerManifest {
    let folder = try ScratchFolder(in: FileManager.default.temporaryDirectory.path)
    defer { folder.remove() }
    try text.write(toFile: "\(folder.path)/peer.json", atomically: true, encoding: .utf8)
    return try PeerManifest.read(from: "\(folder.path)/peer.json")
  }

  @Test func manifestIsRead() throws {
    let manifest = try Self.read(Self.right)
    #expect(manifest.id == "example" && manifest.drives == ["echo"] && manifest.serves.isEmpty)
    #expect(Peer(manifest, in: "/").description().peer?.language == "Python")
  }

  @Test(arguments: [
    (#""contract": 1"#, #""contract": 2"#, "contract: is 2; this build has version 1 of the contract"),
    (#""id": "example""#, #""id": "Example""#, "id: 'Example' is not made of the letters a-z"),
    (#""id": "example""#, #""id": "epoll""#, "id: 'epoll' is a built-in mode"),
    (#""id": "example""#, #""id": "x-as-peer""#, "id: 'x-as-peer' ends with '-as-peer'"),
    (#""about": "a thread per lane", "#, "", "about: is missing"),
    (#""language""#, #""langauge""#, "langauge: is not a field; did you mean 'language'?"),
    (#"["echo"]"#, #"["ecko"]"#, "drives: 'ecko' is not one of sleep, echo, http"),
    (#"["echo"]"#, "[]", "drives: belongs to drive"),
    (#"["python3", "client.py"]"#, "[]", "drive: is not a command"),
    (#"["python3", "client.py"]"#, #""python3""#, "drive: is not a list"),
    (#""drives": ["echo"]"#, #""drives": ["echo"], "features": ["open-lop"]"#, "features: 'open-lop' is not a feature"),
    (#""drives": ["echo"]"#, #""drives": ["echo"], "color": "red""#, "color: 'red' is not a colour"),
    (#""drives": ["echo"]"#, #""drives": ["echo"], "dash": 9"#, "dash: 9 is not a dash type"),
    (#""drives": ["echo"]"#, #""drives": ["echo"], "serves": ["http"]"#, "serves: belongs to serve"),
  ])
  func faultIsToldInOneLine(_ old: String, _ new: String, _ complaint: String) throws {
    let error = #expect(throws: HarnessFailure.self) { try Self.read(Self.right.replacing(old, with: new)) }
    let text = error?.description ?? ""
    #expect(text.contains(complaint), "\(text)")
    #expect(!text.contains("\n") && text.contains("peer.json: "))
  }

  @Test func whatIsMissingIsToldWithARemedy() throws {
    var manifest = try Self.read(Self.right)
    manifest.requires = ["no-such-program-here"]
    manifest.install = "apt-get install it"
    #expect(
      Peer(manifest, in: "/").unavailability
        == "no-such-program-here is not on PATH; install it: apt-get install it")
    manifest.requires = []
    manifest.built = "no-such-file"
    #expect(
      Peer(manifest, in: "/tmp").unavailability
        == "/tmp/no-such-file does not exist; build it: iomodes peer build example")
  }

  @Test func looksAreTheirOwnInEveryRun() {
    let peers = (0..<14).map { number in
      var manifest = PeerManifest(id: "peer-\(number)", about: "one of many", language: "C")
      if number == 3 { (manifest.color, manifest.marker) = ("#123456", 7) }
      return Peer(manifest, in: "/").description()
    }
    let modes = PeerLooks.settled(ModeDescription.builtIn + peers) { id in
      peers.contains { $0.id == id }
        ? (id.rawValue == "peer-3" ? "#123456" : nil, nil, id.rawValue == "peer-3" ? 7 : nil) : nil
    }
    #expect(Set(modes.map(\.look.colour)).count == modes.count)
    #expect(Array(modes.prefix(ModeDescription.builtIn.count)) == ModeDescription.builtIn)
    #expect(modes.first { $0.id.rawValue == "peer-3" }?.look.marker == 7)
    #expect(modes.allSatisfy { (1...5).contains($0.look.dash) && $0.look.marker >= 1 })
  }
}
