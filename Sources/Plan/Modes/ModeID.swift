/// The name that a mode goes by everywhere.
public struct ModeID: RawRepresentable, CaseIterable, Hashable, Codable, Sendable {
  public let rawValue: String

  /// A mode of any build: what is told of it is in the run that names it.
  public init(_ name: String) { rawValue = name }

  /// A mode that can be run: of this build, or a peer that was found. Nil where there is none of that name.
  public init?(rawValue: String) {
    guard ModeDescription.named(rawValue) != nil else { return nil }
    self.init(rawValue)
  }

  /// Those of this build, in the order of ``ModeDescription/builtIn``.
  public static var allCases: [ModeID] { ModeDescription.builtIn.map(\.id) }

  /// Those of this build, and the peers that were found.
  public static var known: [ModeID] { allCases + ForeignModes.all.map(\.id) }

  /// Why a name is that of no mode, as a message goes on.
  public static func complaint(about name: String) -> String {
    let hint = Spelling.hint(name, among: known.map(\.rawValue), aliases: ModeDescription.otherNames)
    return "'\(name)' is not a mode\(hint); there are \(allCases.map(\.rawValue).joined(separator: ", ")), "
      + "and peers (iomodes peer list)"
  }

  /// What it is, of a mode that can be run.
  public var traits: ModeDescription {
    guard let description = ModeDescription.named(rawValue) else {
      preconditionFailure("\(rawValue) is not a mode of this build, nor a peer that was found")
    }
    return description
  }

  public var kind: ModeDescription.Kind { traits.kind }
  public var about: String { traits.about }
}

extension ModeID: CustomStringConvertible {
  public var description: String { rawValue }
}
