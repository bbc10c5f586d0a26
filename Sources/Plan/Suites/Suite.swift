
/// A suite: experiments to be carried out one after another, as its file describes them.
public struct Suite: Codable, Equatable, Sendable {
  public var name: String
  public var about: String
  /// Other suites, all of whose experiments are this one's too: names of files beside its own, without `.json`. Absent
  /// once they have been read.
  public var include: [String]?
  /// Experiments on limits, which are carried out once, after all trials.
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
    let hasOthers = include != nil || limits != nil
    experiments = hasOthers ? try fields.value(.experiments) ?? [] : try fields.required(.experiments)
    try fields.check(.name, Self.isFileName(name), Self.objection(toName: name))
    try fields.check(.include, include?.isEmpty != true, "is empty")
    try fields.check(.include, include?.allSatisfy(Self.isFileName) != false, "is not a list of names of suites")
    try fields.check(.limits, limits?.isEmpty != true, "is empty")
    try fields.check(.limits, Set(limits ?? []).count == limits?.count ?? 0, "names a limit twice")
    try fields.check(.experiments, hasOthers || !experiments.isEmpty, "is empty")
    let names = experiments.map(\.name)
    try fields.check(.experiments, Set(names).count == names.count, "has two experiments of one name")
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
