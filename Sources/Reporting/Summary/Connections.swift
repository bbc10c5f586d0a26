import Records
import Statistics

extension Summary {
  /// The cost of opening and holding the connections, in trials whose processes the harness coordinated: medians over
  /// the valid trials.
  public struct Connections: Sendable {
    /// Nanoseconds until all lanes were connected.
    public let connect: Double
    /// Nanoseconds to close the held connections.
    public let close: Double?
    /// Bytes per connection: of the kernel's own structures (Slab in /proc/meminfo), and of the processes of both
    /// sides.
    public let kernelBytes: Double?
    public let processBytes: Double?

    private static let fewestForMemory = 1000

    /// Nil if no trial has them.
    init?(_ trials: [TrialRecord]) {
      func median(_ value: (TrialRecord) -> Double?) -> Double? { medianEstimate(of: trials.compactMap(value))?.median }
      let connected = trials.filter { ($0.server?.connections ?? 0) > 0 }
      // With few connections, the memory without any would dominate.
      func many(_ trial: TrialRecord) -> Double? {
        trial.server?.connections.flatMap { $0 >= Self.fewestForMemory ? Double($0) : nil }
      }
      guard !connected.isEmpty, let connect = median({ $0.connectWall.map { Double($0) } }) else { return nil }
      self.connect = connect
      close = median { $0.closeWall.map { Double($0) } }
      kernelBytes = median { trial in
        guard let count = many(trial), let memory = trial.machine?.memory,
          let before = memory.before.slab, let after = memory.connected.slab, after > before
        else { return nil }
        return Double(after - before) / count
      }
      processBytes = median { trial in
        guard let count = many(trial), let client = trial.client?.memoryPeak,
          let server = trial.server?.memoryPeak
        else { return nil }
        return (Double(client) + Double(server)) / count
      }
    }
  }
}

extension Summary.Point {
  var connectionsNote: Summary.MeasuredExperiment.Note? {
    guard let connections else { return nil }
    var text = "\(place): connected in \(NumberText.span(nanoseconds: connections.connect))"
    if let close = connections.close { text += ", closed in \(NumberText.span(nanoseconds: close))" }
    let bytes = [("kernel", connections.kernelBytes), ("processes", connections.processBytes)].compactMap {
      name, bytes in
      bytes.map { "\(name) \(NumberText.bytes($0))" }
    }
    if !bytes.isEmpty { text += "; for each connection: \(bytes.joined(separator: ", "))" }
    return .init(text: text, isWarning: false)
  }
}
