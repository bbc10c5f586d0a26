/// The name that a mode goes by everywhere.
public struct ModeID: RawRepresentable, CaseIterable, Hashable, Codable, Sendable {
  public let rawValue: String

  /// A mode of any build: what is told of it is in the run that names it.
  public init(_ name: String) { rawValue = name }

  /// A mode of this build; nil where it has none of that name.
  public init?(rawValue: String) {
    guard ModeDescription.named(rawValue) != nil else { return nil }
    self.init(rawValue)
  }

  /// Those of this build, in the order of ``ModeDescription/builtIn``.
  public static var allCases: [ModeID] { ModeDescription.builtIn.map(\.id) }

  /// What it is, of a mode of this build.
  public var traits: ModeDescription {
    guard let description = ModeDescription.named(rawValue) else {
      preconditionFailure("\(rawValue) is not a mode of this build")
    }
    return description
  }

  public var kind: ModeDescription.Kind { traits.kind }
  public var about: String { traits.about }
}

extension ModeID: CustomStringConvertible {
  public var description: String { rawValue }
}
