import Foundation
import Glibc
import Testing

/// Network namespaces that are joined by pairs of virtual interfaces to a bridge in another one: hosts to a program,
/// on one machine. They need root and iproute2.
struct Namespaces: Sendable {
  let hosts: [String]
  private let hub: String

  /// iproute2, which is not on every user's PATH.
  static let program = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first(
    where: FileManager.default.isExecutableFile(atPath:))

  /// Why there can be none here; nil if there can.
  static let absence: String? = {
    guard program != nil else { return "iproute2 (ip) is not installed" }
    let name = "iomodes-probe-\(getpid())"
    defer { _ = ip("netns", "del", name) }
    guard ip("netns", "add", name), ip("-n", name, "link", "add", "name", "br0", "type", "bridge") else {
      return "network namespaces cannot be made: that needs root and the kernel's bridges"
    }
    return nil
  }()

  static func with(_ count: Int, _ body: (Namespaces) async throws -> Void) async throws {
    let name = "iom\(UUID().uuidString.prefix(6).lowercased())"
    let namespaces = Namespaces(hosts: (1...count).map { "\(name)-\($0)" }, hub: "\(name)-hub")
    defer { for host in namespaces.hosts + [namespaces.hub] { _ = ip("netns", "del", host) } }
    let isMade = namespaces.make()
    try #require(isMade)
    try await body(namespaces)
  }

  func address(_ index: Int) -> String { "10.199.\(index / 250).\(index % 250 + 1)" }

  private func make() -> Bool {
    var isMade =
      Self.ip("netns", "add", hub) && Self.ip("-n", hub, "link", "add", "name", "br0", "type", "bridge")
      && Self.ip("-n", hub, "link", "set", "br0", "up")
    for (index, host) in hosts.enumerated() {
      isMade =
        isMade && Self.ip("netns", "add", host)
        && Self.ip("-n", host, "link", "add", "eth0", "type", "veth", "peer", "name", "p\(index)", "netns", hub)
        && Self.ip("-n", hub, "link", "set", "p\(index)", "master", "br0", "up")
        && Self.ip("-n", host, "addr", "add", "\(address(index))/16", "dev", "eth0")
        && Self.ip("-n", host, "link", "set", "eth0", "up") && Self.ip("-n", host, "link", "set", "lo", "up")
    }
    return isMade
  }

  private static func ip(_ words: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program ?? "")
    process.arguments = words
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
