import Plan
import Records

/// The modes that a run may name: those that it describes, and those of this build. Tables, data files and legends list
/// the modes of this build in their order, and then others by name.
struct ModeTable {
  private let modes: [ModeDescription]

  static let builtIn = ModeTable(modes: ModeDescription.builtIn)

  private init(modes: [ModeDescription]) { self.modes = modes }

  init(_ record: RunRecord) {
    let told = record.modes ?? []
    let known = ModeDescription.builtIn.map { own in told.first { $0.id == own.id } ?? own }
    modes = known + told.filter { mode in !known.contains { $0.id == mode.id } }
  }

  /// Nil for a mode without a description.
  subscript(name: String) -> ModeDescription? { modes.first { $0.id.rawValue == name } }

  var names: [String] { modes.map(\.id.rawValue) }

  func looks(of names: [String]) -> [ModeDescription] { modes.filter { names.contains($0.id.rawValue) } }

  /// Whether the first comes before the second, by the order of this build.
  static func precedes(_ first: String, _ second: String) -> Bool { ModeDescription.precedes(first, second) }
}
