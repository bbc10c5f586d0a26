import Plan
import Records

extension Setting {
  /// What of it an experiment has several of, besides rates.
  var swept: Setting { keeping(Set(Self.sweepable)) }

  /// The name of an experiment, with the rate of an open loop: `http-at-1000-limit-50`.
  func name(of planned: String) -> String {
    planned + (rate.map { "-at-\(NumberText.brief($0))" } ?? "") + suffix
  }

  /// `-limit-50-pool-4`, as part of an experiment's name.
  var suffix: String {
    Self.sweepable.compactMap { axis in self[axis]?.count.map { "-\(axis.rawValue)-\($0)" } }.joined()
  }
}
