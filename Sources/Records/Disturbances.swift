extension TrialRecord {
  /// Reasons that concern the machine at that moment, and not what was measured.
  package static let disturbances: Set<String> = [
    "late-edge", "stalled", "late-timers", "steal", "throttled", "foreign-load", "start-skew",
  ]

  /// Whether the machine disturbed the trial, whatever its other reasons.
  public var wasDisturbed: Bool {
    !valid && reasons.contains { Self.disturbances.contains(Self.name(ofReason: $0)) }
  }

  /// Whether the trial is invalid only because of the machine, or because it broke; then it says nothing about its
  /// rate.
  var saysNothing: Bool {
    !valid && !reasons.isEmpty
      && reasons.allSatisfy {
        let name = Self.name(ofReason: $0)
        return name == "broken" || Self.disturbances.contains(name)
      }
  }
}
