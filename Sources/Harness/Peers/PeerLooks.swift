import Plan

/// How peers look in figures: as their manifests say, else so that no other mode of the run looks the same.
enum PeerLooks {
  /// Apart from those of the modes of this program, and from each other.
  static let colours = [
    "#B22222", "#6A3D9A", "#1B9E77", "#8C564B", "#E7298A", "#4B6CB7", "#B8860B", "#2F4F4F", "#FF7F50", "#556B2F",
    "#9370DB", "#008B8B", "#C71585", "#A0522D", "#4169E1", "#6B8E23",
  ]

  /// The descriptions again, each with a look of its own.
  /// - Parameter chosen: what of a look the manifest of a mode has chosen; nil of modes that keep theirs.
  static func settled(
    _ modes: [ModeDescription], chosen: (ModeID) -> (colour: String?, dash: Int?, marker: Int?)?
  ) -> [ModeDescription] {
    var colours = Set(modes.compactMap { chosen($0.id).map { $0.colour?.uppercased() } ?? $0.look.colour })
    var markers = Set(modes.compactMap { chosen($0.id).map { $0.marker } ?? $0.look.marker })
    return modes.enumerated().map { place, mode in
      guard let choice = chosen(mode.id) else { return mode }
      var mode = mode
      let colour = choice.colour?.uppercased() ?? free(of: colours, among: Self.colours, place)
      let marker = choice.marker ?? free(of: markers, among: Array(1...15), place)
      colours.insert(colour)
      markers.insert(marker)
      mode.look = ModeDescription.Look(
        colour, dash: choice.dash ?? place % 5 + 1, marker: marker, ink: ink(nearestTo: colour))
      return mode
    }
  }

  /// Where all are taken, one of them has to do twice.
  private static func free<Value: Hashable>(of taken: Set<Value>, among all: [Value], _ place: Int) -> Value {
    all.first { !taken.contains($0) } ?? all[place % all.count]
  }

  /// Of a terminal's 256 colours, the one of its cube of 6 × 6 × 6, from 16 on, whose parts lie nearest.
  private static func ink(nearestTo colour: String) -> Int? {
    guard let value = Int(colour.dropFirst(), radix: 16) else { return nil }
    let parts = [value >> 16 & 255, value >> 8 & 255, value & 255].map { part in
      part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40
    }
    return 16 + 36 * parts[0] + 6 * parts[1] + parts[2]
  }
}
