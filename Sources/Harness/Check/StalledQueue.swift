/// An open loop at a constant rate whose server stops for a while. The first free lane serves each operation, in order
/// of arrival, and all operations take the same time. Times are in nanoseconds since the first arrival.
struct StalledQueue {
  /// Operations per second.
  var rate: Double
  var lanes: Int
  /// The time of an operation that is not delayed.
  var service: UInt64
  /// The span in which no operation makes progress.
  var stall: Range<UInt64>
  /// An operation counts if it ends within this span.
  var window: Range<UInt64>

  /// Times from arrival to end, ascending.
  var responses: [UInt64] {
    var freeAt = [UInt64](repeating: 0, count: lanes)
    var responses: [UInt64] = []
    for operation in 0... {
      let arrival = UInt64(Double(operation) * 1e9 / rate)
      guard arrival < window.upperBound, let lane = freeAt.indices.min(by: { freeAt[$0] < freeAt[$1] }) else { break }
      let end = end(of: max(arrival, freeAt[lane]))
      freeAt[lane] = end
      if window.contains(end) { responses.append(end - arrival) }
    }
    return responses.sorted()
  }

  private func end(of start: UInt64) -> UInt64 {
    let end = start + service
    if end <= stall.lowerBound || start >= stall.upperBound { return end }
    return end + stall.upperBound - max(start, stall.lowerBound)
  }

  /// The percentile by nearest rank: the smallest value that at least `thousandths` of all do not exceed. Nil if there
  /// are none.
  static func percentile(_ thousandths: Int, of ascending: [UInt64]) -> UInt64? {
    let rank = (ascending.count * thousandths + 999) / 1000
    return ascending.indices.contains(rank - 1) ? ascending[rank - 1] : nil
  }
}
