import Synchronization

/// The runnable modes of other programs: peers that were found. They are added before a suite is read, so that its
/// names are looked up in one place.
public enum ForeignModes {
  private static let table = Mutex<[ModeDescription]>([])

  /// In the order in which they were added.
  public static var all: [ModeDescription] { table.withLock { $0 } }

  /// A mode replaces an earlier one of the same name.
  public static func add(_ mode: ModeDescription) {
    precondition(ModeDescription.builtIn.allSatisfy { $0.id != mode.id }, "\(mode.id) is a mode of this build")
    table.withLock { modes in
      if let place = modes.firstIndex(where: { $0.id == mode.id }) { modes[place] = mode } else { modes.append(mode) }
    }
  }

  static func named(_ name: String) -> ModeDescription? { table.withLock { $0.first { $0.id.rawValue == name } } }
}
