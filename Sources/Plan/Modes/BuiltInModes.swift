extension ModeDescription {
  /// The modes of this build, in the order in which they stand in tables, data files and legends.
  public static let builtIn = describedModes()
}

/// Each mode describes itself in its own folder, in the target `Modes`, which stands above this one. The linker binds this
/// declaration to `ModeCatalogue`: a program without modes is not linked, and there is no moment at which the list is empty.
@_silgen_name("iomodes_described_modes")
private func describedModes() -> [ModeDescription]
