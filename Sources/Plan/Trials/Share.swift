/// The part of a trial that one process of several carries out. Whatever is numbered, operations and lanes, belongs to the
/// processes in turn, so that all of them together do exactly what one would.
public struct Share: Codable, Hashable, Sendable {
  /// From 0.
  public let process: Int
  public let processes: Int

  public static let whole = Share(process: 0, of: 1)

  public init(process: Int, of processes: Int) {
    precondition(processes > 0 && (0..<processes).contains(process))
    self.process = process
    self.processes = processes
  }

  /// How many of those that are numbered from 0 to below `total` are this process's.
  public func count(of total: Int) -> Int { Int(count(of: UInt64(max(0, total)))) }

  public func count(of total: UInt64) -> UInt64 {
    let (rounds, rest) = total.quotientAndRemainder(dividingBy: UInt64(processes))
    return rounds + (UInt64(process) < rest ? 1 : 0)
  }
}
