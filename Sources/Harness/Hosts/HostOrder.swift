import Measurement

/// What a harness on another machine tells a child besides its trial; a line each. The answers are lines, too.
enum HostOrder: Equatable {
  /// The answer to a lease.
  static let held = "held"

  /// Tell your clock: a number of nanoseconds on CLOCK_MONOTONIC.
  case clock
  /// Watch your machine from now on.
  case watch
  /// Server: read your counters at these instants of your clock; the window ends with the report if it has no end.
  case window(opens: Instant, closes: Instant?)
  /// Server: report, and stay.
  case report
  /// Listen on a port of this address.
  case listen(address: String)
  /// Connect to this address, and tell how long that takes.
  case reach(address: String)
  /// You are still wanted: say that you hear.
  case lease
  /// Tell what on your machine will disturb measurements.
  case doctor
  /// You are of a copy that the run needs: stay through longer silence.
  case keep
  /// End yourself.
  case leave

  init?(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    func instant(_ index: Int) -> Instant? {
      words.indices.contains(index) ? UInt64(words[index]).map { Instant(nanoseconds: $0) } : nil
    }
    switch (words.first, words.count) {
    case ("clock", 1): self = .clock
    case ("watch", 1): self = .watch
    case ("report", 1): self = .report
    case ("doctor", 1): self = .doctor
    case ("lease", 1): self = .lease
    case ("keep", 1): self = .keep
    case ("leave", 1): self = .leave
    case ("listen", 2): self = .listen(address: words[1])
    case ("reach", 2): self = .reach(address: words[1])
    case ("window", 2...3):
      guard let opens = instant(1) else { return nil }
      self = .window(opens: opens, closes: instant(2))
    default: return nil
    }
  }

  var line: String {
    switch self {
    case .clock: "clock"
    case .watch: "watch"
    case .report: "report"
    case .doctor: "doctor"
    case .lease: "lease"
    case .keep: "keep"
    case .leave: "leave"
    case .listen(let address): "listen \(address)"
    case .reach(let address): "reach \(address)"
    case .window(let opens, let closes):
      "window \(opens.nanoseconds)" + (closes.map { " \($0.nanoseconds)" } ?? "")
    }
  }
}
