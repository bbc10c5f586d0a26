import Glibc
import Records

/// The costs of primitives in CPU time, in nanoseconds: one value for each round.
struct PrimitiveCosts {
  private let entries: [String: [PrimitivesRecord.Entry]]

  init(_ record: PrimitivesRecord) { entries = Dictionary(grouping: record.primitives, by: \.name) }

  /// Why a cost is not known.
  struct Missing: Error { let reason: String }

  struct Cost {
    /// One value for each round.
    var rounds: [Double]
    /// Where it was measured, if that is not where it is needed.
    var remark: String?
  }

  func cost(of part: OperationPart) throws(Missing) -> Cost {
    var cost = try self.cost(part.primitive, part)
    if let less = part.less {
      let other = try self.cost(less, part)
      guard other.rounds.count == cost.rounds.count else { throw Missing(reason: "\(part.name): rounds differ") }
      cost.rounds = zip(cost.rounds, other.rounds).map { $0 - $1 }
    }
    return cost
  }

  private func cost(_ name: String, _ part: OperationPart) throws(Missing) -> Cost {
    guard let all = entries[name] else { throw Missing(reason: "\(name) was not measured") }
    let here = all.filter { $0.processors == part.processors }
    guard !here.isEmpty else {
      throw Missing(reason: "\(name) was not measured on \(part.processors) CPU\(part.processors == 1 ? "" : "s")")
    }
    let measured = here.filter { $0.cpu?.isEmpty == false }
    guard let first = measured.first else {
      throw Missing(reason: "\(name): \(here.lazy.compactMap(\.obstacle).first ?? "it has no CPU time")")
    }
    guard measured.allSatisfy({ $0.cpu?.count == first.cpu?.count }) else {
      throw Missing(reason: "\(name): its rounds differ")
    }
    return first.delay == nil
      ? try Grid(measured).cost(name, size: part.size, lanes: part.lanes)
      : WaitCosts(measured, areShared: part.isShared).cost(lanes: part.lanes ?? 1, idle: part.idle)
  }

  /// The measurements of a primitive: several sizes at one number of lanes, and several numbers of lanes at one size. What
  /// the two ask for is added: the cost at a size, and what other lanes add to it.
  private struct Grid {
    private let sizes: [PrimitivesRecord.Entry]
    private let lanes: [PrimitivesRecord.Entry]

    /// - Parameter entries: at least one.
    init(_ entries: [PrimitivesRecord.Entry]) {
      func line(_ along: (PrimitivesRecord.Entry) -> Int?, _ key: (PrimitivesRecord.Entry) -> Int?)
        -> [PrimitivesRecord.Entry]
      {
        let lines = Dictionary(grouping: entries, by: key)
        let longest = lines.max { ($0.value.count, $1.key ?? 0) < ($1.value.count, $0.key ?? 0) }
        return longest?.value.sorted { (along($0) ?? 0) < (along($1) ?? 0) } ?? []
      }
      sizes = line(\.size, \.lanes)
      lanes = line(\.lanes, \.size)
    }

    func cost(_ name: String, size: Double?, lanes wanted: Int?) throws(Missing) -> Cost {
      if let size, let most = sizes.last?.size, sizes.count > 1, size > Double(most) {
        throw Missing(reason: "\(name) was measured with up to \(most) bytes, and is needed with \(Int(size))")
      }
      let least = sizes.first?.size.map { Double($0) } ?? 0
      var rounds = Self.between(sizes, at: max(size ?? least, least)) { Double($0.size ?? 0) }
      guard let wanted, let fewest = lanes.first?.lanes, let most = lanes.last?.lanes else {
        return Cost(rounds: rounds)
      }
      let near = min(max(wanted, fewest), most)
      let remark = near == wanted ? nil : "measured with \(near) lane\(near == 1 ? "" : "s")"
      if lanes.count > 1, let ofSizes = sizes.first?.lanes {
        func log2OfLanes(_ entry: PrimitivesRecord.Entry) -> Double { log2(Double(entry.lanes ?? 1)) }
        let there = Self.between(lanes, at: log2(Double(near)), log2OfLanes)
        let here = Self.between(lanes, at: log2(Double(ofSizes)), log2OfLanes)
        rounds = rounds.indices.map { rounds[$0] + there[$0] - here[$0] }
      }
      return Cost(rounds: rounds, remark: remark)
    }

    /// The costs at a place between two neighbours on a line, round by round; beyond its ends, those of the ends.
    private static func between(
      _ line: [PrimitivesRecord.Entry], at x: Double, _ place: (PrimitivesRecord.Entry) -> Double
    ) -> [Double] {
      let above = line.firstIndex { place($0) >= x } ?? line.count - 1
      let high = line[above].cpu ?? []
      guard above > 0, place(line[above]) > x else { return high }
      let low = line[above - 1].cpu ?? []
      let share = (x - place(line[above - 1])) / (place(line[above]) - place(line[above - 1]))
      return zip(low, high).map { $0 + share * ($1 - $0) }
    }
  }
}
