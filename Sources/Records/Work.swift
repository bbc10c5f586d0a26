extension TrialRecord {
  /// The CPU work of each operation.
  public struct Work: Codable, Hashable, Sendable {
    public var iterations: UInt64
    /// The requested CPU time; the run's calibration turned it into iterations.
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
