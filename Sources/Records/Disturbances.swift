extension TrialRecord {
  /// Reasons that say something of the machine at that moment, and nothing of what was measured.
  package static let disturbances: Set<String> = [
    "late-edge", "stalled", "late-timers", "steal", "throttled", "foreign-load",
  ]

  /// Whether the machine disturbed it, whatever else was found.
  public var wasDisturbed: Bool {
    !valid && reasons.contains { Self.disturbances.contains(Self.name(ofReason: $0)) }
  }

  /// Whether it is not valid, and says nothing of its rate: for the machine's reasons, or broken ones, alone.
  var saysNothing: Bool {
    !valid && !reasons.isEmpty
      && reasons.allSatisfy {
        let name = Self.name(ofReason: $0)
        return name == "broken" || Self.disturbances.contains(name)
      }
  }
}
