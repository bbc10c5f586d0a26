extension TrialRecord {
  /// What a processor is to do for each operation.
  public struct Work: Codable, Hashable, Sendable {
    public var iterations: UInt64
    /// How long it was asked to take, of which the iterations were made by the run's calibration.
    public var nominal: UInt64

    public init(iterations: UInt64, nominal: UInt64) {
      self.iterations = iterations
      self.nominal = nominal
    }

    enum CodingKeys: String, CodingKey {
      case iterations
      case nominal = "nominal_ns"
    }
  }
}
