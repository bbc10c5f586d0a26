import Glibc

/// The ratio that holds over independent units, such as machines, each of which gave one: their geometric mean.
///
/// The 95 % interval is that of Student's *t* over the logarithms, with one degree of freedom fewer than units. The
/// units count, and not the values behind each ratio: they are a sample of what the ratio may be elsewhere, and the
/// interval contains how much it varies from one to another. It assumes that the logarithms are about normal, which so
/// few values cannot show. With two units its half-width is 6.4 times the distance between the logarithms, with three
/// about 2.5 standard deviations.
///
/// Source: Student, “The Probable Error of a Mean”, *Biometrika* 6 (1908), 1–25.
///
/// - Parameter ratios: one for each unit.
/// - Returns: an estimate whose ``Estimate/n`` is the number of units, and whose interval one unit does not have; nil if
///   there is none, or a ratio is not a positive number.
public func ratioOverUnits(_ ratios: [Double]) -> Estimate? {
  guard !ratios.isEmpty, ratios.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
  let logs = ratios.map { log($0) }
  let n = Double(logs.count)
  let middle = logs.reduce(0, +) / n
  guard logs.count > 1 else {
    return Estimate(median: ratios[0], low: ratios[0], high: ratios[0], kind: .single, n: 1)
  }
  let variance = logs.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / (n - 1)
  let reach = studentBound(tails: 0.05, freedom: n - 1) * (variance / n).squareRoot()
  let (low, high) = (exp(middle - reach), exp(middle + reach))
  guard high.isFinite else { return nil }
  return Estimate(median: exp(middle), low: low, high: high, kind: .interval95, n: logs.count)
}
