import Glibc
import Records
import Statistics

/// The measurements of a wait: at several numbers of lanes, each with several delays, and so with several idle times.
///
/// The longer a processor idles, the more its next wait costs: it sleeps more deeply, and its caches become cold. Of a
/// single lane, the cost is taken as linear in the logarithm of the idle time. Lanes that have the same delays come
/// together: the first one bears what the idleness costs, and the others follow it. So where several take turns, it is
/// linear in the idle time of a turn; and between numbers of lanes, it is linear in their reciprocal if each lane waits
/// by itself, and in their logarithm if they share the waits.
struct WaitCosts {
  private struct Line {
    let lanes: Int
    /// By idle time, ascending.
    let points: [(idle: Double, cpu: [Double])]
  }

  private let lines: [Line]
  private let areShared: Bool

  /// - Parameter entries: at least one, all with delays and with as many rounds.
  init(_ entries: [PrimitivesRecord.Entry], areShared: Bool = false) {
    self.areShared = areShared
    lines = Dictionary(grouping: entries) { $0.lanes ?? 1 }.map { lanes, entries in
      let points = entries.map { entry in
        (idle: max(1, entry.wall.flatMap(median) ?? Double(entry.delay ?? 0)), cpu: entry.cpu ?? [])
      }
      return Line(lanes: lanes, points: points.sorted { $0.idle < $1.idle })
    }.sorted { $0.lanes < $1.lanes }
  }

  /// - Parameter idle: how long the processor idles while each lane waits once, in nanoseconds; nil if that is unknown.
  func cost(lanes wanted: Int, idle: Double?) -> PrimitiveCosts.Cost {
    let (fewest, most) = (lines[0].lanes, lines[lines.count - 1].lanes)
    let near = min(max(wanted, fewest), most)
    let above = lines.firstIndex { $0.lanes >= near } ?? lines.count - 1
    var rounds = cost(on: lines[above], idle)
    if above > 0, lines[above].lanes > near {
      let (few, many) = (lines[above - 1], lines[above])
      func place(_ lanes: Int) -> Double { areShared ? log(Double(lanes)) : -1 / Double(lanes) }
      let share = (place(near) - place(few.lanes)) / (place(many.lanes) - place(few.lanes))
      rounds = Self.mixed(cost(on: few, idle), rounds, share)
    }
    return PrimitiveCosts.Cost(rounds: rounds, remark: remark(lanes: near == wanted ? nil : near, idle))
  }

  private func cost(on line: Line, _ idle: Double?) -> [Double] {
    guard let idle, let last = line.points.last else { return line.points[0].cpu }
    let first = line.points[0]
    guard idle > first.idle else {
      // Without idleness, a single lane finds what it would find among others that keep the processor busy.
      guard line.lanes == 1, let busy = lines.first(where: { $0.lanes > 1 })?.points[0], busy.idle < first.idle else {
        return first.cpu
      }
      return Self.mixed(busy.cpu, first.cpu, max(0, idle - busy.idle) / (first.idle - busy.idle))
    }
    guard let above = line.points.firstIndex(where: { $0.idle >= idle }) else { return last.cpu }
    let (low, high) = (line.points[above - 1], line.points[above])
    func place(_ idle: Double) -> Double { line.lanes == 1 ? log(idle) : idle }
    return Self.mixed(
      low.cpu, high.cpu, (place(idle) - place(low.idle)) / (place(high.idle) - place(low.idle)))
  }

  private func remark(lanes: Int?, _ idle: Double?) -> String? {
    let ofLanes = lanes.map { "measured with \($0) lane\($0 == 1 ? "" : "s")" }
    guard let idle else {
      return [ofLanes, "measured with the shortest idle time"].compactMap { $0 }.joined(separator: "; ")
    }
    let longest = lines.compactMap(\.points.last?.idle).max() ?? 0
    let ofIdle = idle > longest * 1.1 ? "measured with at most \(Self.text(longest)) of idle time" : nil
    let remarks = [ofLanes, ofIdle].compactMap { $0 }
    return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
  }

  /// In microseconds, or from 1 ms on in milliseconds.
  static func text(_ nanoseconds: Double) -> String {
    if nanoseconds < 999_500 { return "\(Int((nanoseconds / 1e3).rounded())) µs" }
    let tenths = (nanoseconds / 1e5).rounded()
    return tenths < 100 && tenths.truncatingRemainder(dividingBy: 10) != 0
      ? "\(tenths / 10) ms" : "\(Int((tenths / 10).rounded())) ms"
  }

  /// Round by round: the first at share 0, the second at share 1.
  private static func mixed(_ first: [Double], _ second: [Double], _ share: Double) -> [Double] {
    zip(first, second).map { $0 + share * ($1 - $0) }
  }
}
