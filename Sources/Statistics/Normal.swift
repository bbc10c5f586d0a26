import Glibc

/// The standard normal distribution function: the probability of a value of at most `z`.
func normalProbability(_ z: Double) -> Double {
  0.5 * erfc(-z / 2.0.squareRoot())
}

/// The standard normal quantile at `probability`: infinite at 0 and 1, NaN outside 0...1. The relative error is about
/// 10⁻¹⁶.
///
/// Source: M. J. Wichura, “Algorithm AS 241: The Percentage Points of the Normal Distribution”, *Applied Statistics* 37
/// (1988), 477–484, PPND16.
func normalQuantile(_ probability: Double) -> Double {
  guard (0...1).contains(probability) else { return .nan }
  let q = probability - 0.5
  if abs(q) <= 0.425 {
    return q * WichuraAS241.centre(at: 0.180625 - q * q)
  }
  let tail = min(probability, 1 - probability)
  guard tail > 0 else { return q < 0 ? -.infinity : .infinity }
  let r = sqrt(-log(tail))
  let magnitude = r <= 5 ? WichuraAS241.shoulder(at: r - 1.6) : WichuraAS241.tail(at: r - 5)
  return q < 0 ? -magnitude : magnitude
}

/// The rational functions of PPND16; coefficients start with the highest power.
private enum WichuraAS241 {
  static func centre(at r: Double) -> Double {
    polynomial(
      [
        2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
        13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
      ], at: r)
      / polynomial(
        [
          5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
          5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
        ], at: r)
  }

  static func shoulder(at r: Double) -> Double {
    polynomial(
      [
        7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
        3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
      ], at: r)
      / polynomial(
        [
          1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
          0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
        ], at: r)
  }

  static func tail(at r: Double) -> Double {
    polynomial(
      [
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
        0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
      ], at: r)
      / polynomial(
        [
          2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
          0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
        ], at: r)
  }

  private static func polynomial(_ coefficients: [Double], at x: Double) -> Double {
    coefficients.reduce(0) { $0 * x + $1 }
  }
}
