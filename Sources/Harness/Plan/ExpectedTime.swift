import Plan

extension Suite {
  /// The approximate duration of a run of the suite, in seconds.
  public func expectedSeconds(options: RunSession.Options) -> Double { Agenda(self, options).most.seconds }
}
