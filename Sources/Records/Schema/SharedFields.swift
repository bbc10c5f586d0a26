import Plan

/// Fields that several files have.
extension FieldDescription {
  static let schemaVersion = FieldDescription(
    "The version of the layout. Readers refuse unknown versions; within one version, keys are added and never renamed.",
    constant: SchemaVersion.current)

  /// A time as records have it: UTC, in whole seconds.
  static func time(_ text: String) -> FieldDescription {
    FieldDescription(text, pattern: #"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"#)
  }
}
