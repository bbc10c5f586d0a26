import Plan

extension Suite {
  /// The approximate duration of a run of the suite, in seconds.
  public func expectedSeconds(options: RunSession.Options) -> Double { Agenda(self, options).most.seconds }
}

extension Suite {
  /// The approximate size of a run of the suite on the disk, in bytes.
  public func expectedBytes(options: RunSession.Options) -> UInt64 { Agenda(self, options).expectedBytes }
}

extension Agenda {
  /// The lines of published runs have 3 to 14 kB on average: histograms and series make most of that.
  private static let bytesPerTrial: UInt64 = 16 << 10

  /// The records of all trials, and the largest data file, which is removed after the run.
  var expectedBytes: UInt64 {
    UInt64(most.trials) * Self.bytesPerTrial
      + UInt64(experiments.compactMap { $0.workload.file?.span.count }.max() ?? 0)
  }
}
