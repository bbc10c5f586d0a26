import Plan
import SystemCalls

extension WorkloadSpec {
  /// The outcome of an operation that meets the fault.
  public func outcome(of fault: FaultKind) -> OutcomeKind {
    switch fault {
    case .reset: .errno(.connectionReset)
    case .truncate: .prematureEnd
    case .stall: .timeout
    case .garbage: if case .echo = self.asked { .wrongContent } else { .fault(.malformedStatusLine) }
    case .drip: .verified
    }
  }
}
