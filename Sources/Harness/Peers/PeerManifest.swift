import Foundation
import Measurement
import Plan
import Workloads

/// The content of a `peer.json`, which describes a program that runs as a mode.
public struct PeerManifest: Decodable, Sendable {
  /// The version of the contract between the harness and its peers.
  static let contract = 1

  public var id: String
  /// The name in figures; nil to use the id.
  public var label: String?
  public var about: String
  public var language: String
  public var runtime: String?
  /// The command that prints the version in its first line.
  public var version: [String]?
  /// The command that a user types to install what is missing.
  public var install: String?
  /// The programs that must be on PATH.
  public var requires: [String]
  /// The commands that build the peer.
  public var build: [[String]]
  /// The file that exists once the peer is built.
  public var built: String?
  /// The commands of the client and the server.
  public var drive: [String]?
  public var serve: [String]?
  public var drives: [String]
  public var serves: [String]
  public var features: [PeerDescription.Feature]
  public var color: String?
  public var dash: Int?
  public var marker: Int?

  init(id: String, about: String, language: String) {
    self.id = id
    self.about = about
    self.language = language
    (requires, build, drives, serves, features) = ([], [], [], [], [])
  }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self)
    let contract: Int = try fields.required(.contract)
    id = try fields.required(.id)
    label = try fields.value(.label)
    about = try fields.required(.about)
    language = try fields.required(.language)
    runtime = try fields.value(.runtime)
    version = try fields.value(.version)
    install = try fields.value(.install)
    requires = try fields.value(.requires) ?? []
    build = try fields.value(.build) ?? []
    built = try fields.value(.built)
    drive = try fields.value(.drive)
    serve = try fields.value(.serve)
    drives = try fields.value(.drives) ?? []
    serves = try fields.value(.serves) ?? []
    let claimed: [String] = try fields.value(.features) ?? []
    let known = PeerDescription.Feature.allCases.map(\.rawValue)
    if let other = claimed.first(where: { !known.contains($0) }) {
      try fields.check(.features, false, Spelling.isNot(other, "a feature", among: known))
    }
    features = claimed.compactMap { PeerDescription.Feature(rawValue: $0) }
    color = try fields.value(.color)
    dash = try fields.value(.dash)
    marker = try fields.value(.marker)
    try fields.check(
      .contract, contract == Self.contract, "is \(contract); this build has version \(Self.contract) of the contract")
    try check(fields)
  }

  private func check(_ fields: StrictFields<CodingKeys>) throws {
    try fields.check(
      .id, Self.isID(id), "'\(id)' is not made of the letters a-z, digits and '-', \(Self.longestID) at most")
    try fields.check(
      .id, !ModeDescription.builtIn.contains { $0.id.rawValue == id }, "'\(id)' is a built-in mode")
    try fields.check(
      .id, !id.hasSuffix(Peers.asPeer), "'\(id)' ends with '\(Peers.asPeer)', which is reserved for built-in modes")
    try fields.check(.about, !about.isEmpty && !about.contains("\n"), "is not one line")
    for (key, command) in [(CodingKeys.version, version), (.drive, drive), (.serve, serve)] {
      try fields.check(key, command.map(Self.isCommand) != false, "is not a command: a program and its arguments")
    }
    try fields.check(.build, build.allSatisfy(Self.isCommand), "has a command without a program")
    try fields.check(
      .drive, drive != nil || serve != nil, "is missing, and so is serve; give at least one of them")
    for (key, names, known) in [
      (CodingKeys.drives, drives, PeerDescription.workloads), (.serves, serves, PeerDescription.protocols),
    ] {
      if let other = names.first(where: { !known.contains($0) }) {
        try fields.check(key, false, Spelling.isNone(other, of: known))
      }
      try fields.check(key, Set(names).count == names.count, "names a value twice")
    }
    try fields.check(.drives, (drive != nil) == !drives.isEmpty, "belongs to drive: the workloads that it runs")
    try fields.check(.serves, (serve != nil) == !serves.isEmpty, "belongs to serve: the protocols that it answers")
    try fields.check(.color, color.map(Self.isColour) != false, "'\(color ?? "")' is not a colour such as #3B6EA5")
    try fields.check(.dash, dash.map((1...5).contains) != false, "\(dash ?? 0) is not a dash type from 1 to 5")
    try fields.check(.marker, marker.map((1...15).contains) != false, "\(marker ?? 0) is not a point type from 1 to 15")
  }

  private static let longestID = 40

  static func isID(_ text: String) -> Bool {
    (1...longestID).contains(text.utf8.count) && text.first != "-"
      && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
  }

  private static func isCommand(_ words: [String]) -> Bool { words.first?.isEmpty == false }

  private static func isColour(_ text: String) -> Bool {
    text.count == 7 && text.hasPrefix("#") && text.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case contract, id, label, about, language, runtime, version, install, requires, build, built, drive, serve, drives
    case serves, features, color, dash, marker
  }
}

extension PeerManifest {
  /// Reads a manifest.
  /// - Parameter path: the path of a `peer.json`.
  static func read(from path: String) throws(HarnessFailure) -> PeerManifest {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw HarnessFailure(.usage, "cannot read the peer's manifest \(path); name its folder, or its peer.json")
    }
    do {
      return try JSONDecoder().decode(PeerManifest.self, from: data)
    } catch let error as DecodingError {
      throw HarnessFailure(.usage, "\(path): \(Suite.explain(error))")
    } catch {
      throw HarnessFailure(.usage, "\(path): \(error)")
    }
  }
}
