/// A suite: experiments that run one after another, as a file describes them.
public struct Suite: Codable, Equatable, Sendable {
  public var name: String
  public var about: String
  /// Other suites whose experiments this one includes: names of files in the same folder, without `.json`; or
  /// `SUITE/EXPERIMENT` for one of its experiments. Nil once they are read.
  public var include: [String]?
  /// Limit experiments, which run once, after all trials.
  public var limits: [Limit]?
  public var experiments: [Experiment]

  public init(name: String, about: String, experiments: [Experiment]) {
    self.name = name
    self.about = about
    self.experiments = experiments
  }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self)
    name = try fields.required(.name)
    about = try fields.value(.about) ?? ""
    include = try fields.value(.include)
    limits = try fields.value(.limits)
    let own: [Experiment]? = try fields.value(.experiments)
    try fields.check(.experiments, own != nil || include != nil || limits != nil, "is missing")
    experiments = own ?? []
    if let complaint { try fields.check(complaint.field, false, complaint.text) }
  }

  /// What is wrong with the suite's own values, if anything.
  var complaint: (field: CodingKeys, text: String)? {
    if !Self.isFileName(name) { return (.name, Self.objection(toName: name)) }
    if let include {
      if include.isEmpty { return (.include, "is empty") }
      if !include.allSatisfy({ Inclusion($0) != nil }) { return (.include, "is not a list of names of suites") }
    }
    if let limits {
      if limits.isEmpty { return (.limits, "is empty") }
      if Set(limits).count < limits.count { return (.limits, "names a limit twice") }
    }
    if experiments.isEmpty && include == nil && limits == nil { return (.experiments, "is empty") }
    if Set(experiments.map(\.name)).count < experiments.count {
      return (.experiments, "has two experiments of one name")
    }
    return nil
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case name, about, include, limits, experiments }

  static func objection(toName name: String) -> String {
    "'\(RecordName.shown(name))' is not made of letters, digits, '-', '_' and '.', \(RecordName.longestLabel) at most"
  }

  static func isFileName(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix(".") && text.utf8.count <= RecordName.longestLabel
      && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8.contains($0) }
  }
}
