import Plan

/// The look of peers in figures: the manifest's choice, otherwise one that differs from all other modes of the run.
enum PeerLooks {
  /// Colours that differ from those of the built-in modes, and from each other.
  static let colours = [
    "#B22222", "#6A3D9A", "#1B9E77", "#8C564B", "#E7298A", "#4B6CB7", "#B8860B", "#2F4F4F", "#FF7F50", "#556B2F",
    "#9370DB", "#008B8B", "#C71585", "#A0522D", "#4169E1", "#6B8E23",
  ]

  /// The descriptions, each with a unique look.
  /// - Parameter chosen: the parts of the look that a peer's manifest sets; nil for built-in modes, which keep theirs.
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

  /// If all values are taken, one is used twice.
  private static func free<Value: Hashable>(of taken: Set<Value>, among all: [Value], _ place: Int) -> Value {
    all.first { !taken.contains($0) } ?? all[place % all.count]
  }

  /// The nearest colour of the terminal's 6 × 6 × 6 cube, which starts at 16.
  private static func ink(nearestTo colour: String) -> Int? {
    guard let value = Int(colour.dropFirst(), radix: 16) else { return nil }
    let parts = [value >> 16 & 255, value >> 8 & 255, value & 255].map { part in
      part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40
    }
    return 16 + 36 * parts[0] + 6 * parts[1] + parts[2]
  }
}
