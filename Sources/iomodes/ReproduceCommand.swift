import Foundation
import Harness
import Plan
import Records
import Reporting

let reproduceCommand = Command(
  name: "reproduce", operands: "STUDY", operandValues: .run,
  about:
    "Runs the experiments behind a study's claims on this machine, and says claim by claim whether it agrees: the same side "
    + "of the bounds that the claim set beforehand.",
  groups: [
    (
      "Options",
      [
        .value("run", "RUN", "judge this run, and measure nothing", .run),
        .list("claim", "ID", "only this claim and its experiments; may be repeated"),
        .value("output", "DIR", "folder of the new run; it must not exist", .folder),
        .value(
          "format", "FORMAT", "text, json or md", .choice(ComparisonFormat.self),
          unlessGiven: ComparisonFormat.text.rawValue, elsewhere: "f"),
      ]
    )
  ],
  examples: [
    ("iomodes reproduce \(Example.claims)", "all claims that the study measures, on this machine"),
    ("iomodes reproduce \(Example.claims) --claim semaphore", "one claim, in less than a minute"),
    ("iomodes reproduce \(Example.claims) --run out", "a run that exists; a stopped one can be resumed first"),
  ],
  mostOperands: 1
) { arguments in
  let format: ComparisonFormat = try arguments.choice("format") ?? .text
  let name = try arguments.first("a study; name the folder of its run")
  if arguments.has("run"), arguments.has("output") {
    throw UsageError("--run and --output exclude each other; a run that exists is not measured again")
  }
  let study = try Places.read(try Places.run(name))
  let wanted = try claims(arguments.all("claim"), of: study, name)
  let run: Run
  if let made = arguments.text("run") {
    run = try Places.read(try Places.run(made))
  } else {
    let session = try reproducing(study, wanted, in: arguments.text("output"))
    for shortfall in try carryOut(session, isQuiet: false) { Program.complain(shortfall) }
    Program.complain("the run is in \(session.folder.path)")
    run = try Places.read(session.folder)
    if let disturbance = Disturbance(run) { Program.complain(disturbance.advice) }
  }
  let reproduction = Reproduction(of: study, by: run, claims: wanted)
  let text = reproduction.render(format, width: Screen.columns)
  print(format == .text ? Screen.readable(text) : text, terminator: "")
  let agreements = reproduction.entries.map(\.agreement)
  if agreements.contains(.notReproduced) { return notReproduced }
  return agreements.contains { $0 == .undecided || $0 == .notMeasured } ? undecided : 0
}

/// Exit codes that report results, as those of `compare`.
private let undecided: Int32 = 3
private let notReproduced: Int32 = 4

/// The wanted claims; nil for all. Throws if the study measures none, or not one of these.
private func claims(_ ids: [String], of study: Run, _ name: String) throws -> Set<String>? {
  let measured = ReproductionPlan(study).entries.map(\.id)
  guard !measured.isEmpty else {
    throw HarnessFailure("\(name) measures no claim; name a run of the suite study or claims")
  }
  for id in ids where !measured.contains(id) {
    throw UsageError("--claim " + Spelling.isNot(id, "a claim that \(name) measures", among: measured))
  }
  return ids.isEmpty ? nil : Set(ids)
}

/// A new run of those experiments of a study that some claims are judged by.
private func reproducing(_ study: Run, _ claims: Set<String>?, in folder: String?) throws -> RunSession {
  var part = try suite(of: study)
  if let claims {
    part = part.experiments(of: ReproductionPlan(study).entries.filter { claims.contains($0.id) })
    part.name = "\(part.name)-\(claims.sorted()[0])"
  }
  let path = folder ?? Places.newFolder(part.name, at: Date())
  let options = RunSession.Options(
    command: CommandLine.arguments, seed: study.record.seed, processors: try .current(), isPatient: false)
  return try RunSession(
    part, in: RunFolder(path: path.hasSuffix("/") ? String(path.dropLast()) : path), options: options)
}

private func suite(of run: Run) throws -> Suite { try RunSession.suite(of: run.record, at: run.record.runID) }

/// How each claim of a study is reproduced on this machine, by its id. Without a peer that the study needs, a plan of
/// minutes is not possible, and standard error says so.
func costs(of study: Run) -> [String: ReproductionPlan.Cost] {
  let entries = ReproductionPlan(study).entries
  guard !entries.isEmpty else { return [:] }
  var whole: (suite: Suite, options: RunSession.Options)?
  do {
    let options = RunSession.Options(command: [], seed: 1, processors: try .current(), isPatient: false)
    whole = (try suite(of: study), options)
  } catch {
    Program.complain("\(Remedy.line(error)); until then nobody knows how many minutes a claim takes")
  }
  let pairs = entries.map { entry in
    // A merged run has the limits of its parts, and its plan does not.
    let part = whole.map { ($0.suite.experiments(of: [entry]), $0.options) }
      .flatMap { $0.0.experiments.isEmpty && $0.0.limits == nil ? nil : $0 }
    let seconds = part.map { suite, options in
      suite.expectedSeconds(options: options) + Limits.expectedSeconds(of: suite.limits ?? [])
    }
    let command = "iomodes reproduce \(study.record.runID) --claim \(entry.id)"
    let bytes = part.map { suite, options in suite.expectedBytes(options: options) }
    return (entry.id, ReproductionPlan.Cost(command: command, seconds: seconds, bytes: bytes))
  }
  return Dictionary(uniqueKeysWithValues: pairs)
}

extension Suite {
  /// The suite with only those experiments that some claims need.
  fileprivate func experiments(of entries: [ReproductionPlan.Entry]) -> Suite {
    var part = self
    part.experiments.removeAll { experiment in !entries.contains { $0.experiments.contains(experiment.name) } }
    // What does not fit this machine is recorded as skipped, and the claim as not measured.
    for index in part.experiments.indices { part.experiments[index].optional = true }
    let limits = (limits ?? []).filter { limit in entries.contains { $0.limits.contains(limit.rawValue) } }
    part.limits = limits.isEmpty ? nil : limits
    return part
  }
}
