import Plan
import Records

extension PublishedSchema {
  /// What stands in `results/schema`.
  static let all = [
    PublishedSchema("run", title: "run.json", of: RunRecord.self),
    PublishedSchema(
      "trial", title: "a line of trials.jsonl", of: TrialRecord.self),
    PublishedSchema("limits", title: "limits.json", of: LimitsRecord.self),
    PublishedSchema("primitives", title: "primitives.json", of: PrimitivesRecord.self),
    PublishedSchema("reply", title: "a line of replies/*.jsonl", of: ReplyLine.self),
    PublishedSchema(
      "suite", title: "the file of a suite", of: Suite.self, .read,
      about: "What there is to measure: experiments, carried out one after another."),
  ]
}
