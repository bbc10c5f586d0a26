/// An open loop at a constant rate whose server stands still for a while: operations are served in the order of their
/// arrivals, by the first lane that is free, and each takes the same time. Times are in nanoseconds from the first
/// arrival.
struct StalledQueue {
  /// Operations a second.
  var rate: Double
  var lanes: Int
  /// How long an operation takes that is not held up.
  var service: UInt64
  /// While no operation makes progress.
  var stall: Range<UInt64>
  /// An operation counts that ends within it.
  var window: Range<UInt64>

  /// From arrival to end, ascending.
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

  /// The nearest rank: the least value that at least so many thousandths of all do not exceed. Nil where there are none.
  static func percentile(_ thousandths: Int, of ascending: [UInt64]) -> UInt64? {
    let rank = (ascending.count * thousandths + 999) / 1000
    return ascending.indices.contains(rank - 1) ? ascending[rank - 1] : nil
  }
}
