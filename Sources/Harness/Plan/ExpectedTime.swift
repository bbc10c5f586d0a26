import Plan

extension Suite {
  /// About how long a run of it takes, in seconds.
  public func expectedSeconds(options: RunSession.Options) -> Double { Agenda(self, options).most.seconds }
}
