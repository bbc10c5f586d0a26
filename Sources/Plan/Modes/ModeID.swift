/// The name of a mode in suites, records and reports.
public struct ModeID: RawRepresentable, CaseIterable, Hashable, Codable, Sendable {
  public let rawValue: String

  /// The name of a mode of any build; the run that contains it holds its description.
  public init(_ name: String) { rawValue = name }

  /// The name of a built-in mode or a found peer; nil if there is none.
  public init?(rawValue: String) {
    guard ModeDescription.named(rawValue) != nil else { return nil }
    self.init(rawValue)
  }

  /// The built-in modes, in the order of ``ModeDescription/builtIn``.
  public static var allCases: [ModeID] { ModeDescription.builtIn.map(\.id) }

  /// The built-in modes and the found peers.
  public static var known: [ModeID] { allCases + ForeignModes.all.map(\.id) }

  /// The message for a name that is not a mode's.
  public static func complaint(about name: String) -> String {
    let hint = Spelling.hint(name, among: known.map(\.rawValue), aliases: ModeDescription.otherNames)
    return "'\(name)' is not a mode\(hint); there are \(allCases.map(\.rawValue).joined(separator: ", ")), "
      + "and peers (iomodes peer list)"
  }

  /// The description of a mode that can be run.
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
