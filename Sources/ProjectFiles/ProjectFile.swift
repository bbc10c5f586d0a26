/// A file of the project that is built into the program, so that a copy of the program needs no checkout.
public struct ProjectFile: Equatable, Sendable {
  /// Without its folder; of a peer's manifest with that of the peer.
  public let name: String
  public let text: String

  public init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

/// The project's files by what they are for. The build makes the lists from the folders' files.
public enum ProjectFiles {}
