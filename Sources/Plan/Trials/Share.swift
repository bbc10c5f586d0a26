/// One process's part of a trial. Numbered items (operations and lanes) go to the processes in turn, so that together
/// they do exactly what one process would.
public struct Share: Codable, Hashable, Sendable {
  /// The process's number, from 0.
  public let process: Int
  public let processes: Int

  public static let whole = Share(process: 0, of: 1)

  public init(process: Int, of processes: Int) {
    precondition(processes > 0 && (0..<processes).contains(process))
    self.process = process
    self.processes = processes
  }

  /// How many of the items 0 … `total` − 1 belong to this process.
  public func count(of total: Int) -> Int { Int(count(of: UInt64(max(0, total)))) }

  public func count(of total: UInt64) -> UInt64 {
    let (rounds, rest) = total.quotientAndRemainder(dividingBy: UInt64(processes))
    return rounds + (UInt64(process) < rest ? 1 : 0)
  }
}
