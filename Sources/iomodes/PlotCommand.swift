import Foundation
import Harness
import Records
import Reporting
import Synchronization

let plotCommand = Command(
  name: "plot", operands: "[RUN]", operandValues: .run,
  about: "Writes the data of a run's figures for gnuplot, and draws them as SVG, PNG and PDF.",
  groups: [
    (
      "Options",
      [
        .value(
          "width", "WIDTH", "screen (900 px) or column (85 mm, one column of a paper)", .choice(FigureWidth.self),
          unlessGiven: FigureWidth.screen.rawValue),
        .value("output", "DIR", "folder to write to", .folder, unlessGiven: "plots/RUN", elsewhere: "o", "out"),
        .flag("check", "write nothing; check that the files match the run (exit code 4 if not)"),
      ]
    )
  ],
  examples: [
    ("iomodes plot", "the newest run under results/"),
    ("iomodes plot \(Example.quick) --output /tmp/figures", "another run, into another folder"),
    ("iomodes plot \(Example.quick) --output /tmp/figures --width column", "the same figures for a paper"),
    ("iomodes plot \(Example.quick) --output /tmp/figures --check", "do the figures match the run?"),
  ],
  mostOperands: 1
) { arguments in
  let folder = try Places.run(arguments.operands.first)
  let run = try Places.read(folder)
  let target = arguments.text("output") ?? "plots/\(run.record.runID)"
  let width: FigureWidth = try arguments.choice("width") ?? .screen
  let gnuplot = Figures.gnuplot(inPath: ProcessInfo.processInfo.environment["PATH"] ?? "")
  let bar = Mutex(Screen.Bar(quiet: false, after: 2))
  let progress: Figures.Progress = { done, total, name in
    bar.withLock { $0.show(done: done, total: total, label: name) }
  }
  defer { bar.withLock { $0.clear() } }
  if arguments.has("check") {
    let check = try Figures.check(run, in: target, width: width, gnuplot: gnuplot, progress: progress)
    bar.withLock { $0.clear() }
    return tell(check, of: target)
  }
  let outcome = try Figures.write(run, to: target, width: width, gnuplot: gnuplot, progress: progress)
  bar.withLock { $0.clear() }
  for remark in outcome.remarks { Program.complain(remark) }
  let leftOut = outcome.leftOut > 0 ? "; \(outcome.leftOut) left out because they have no data" : ""
  print("\(target): \(outcome.data.count) data files, \(outcome.figures.count) figures\(leftOut)")
  return outcome.undrawn > 0 ? 1 : 0
}

/// Prints the findings of a check; returns the exit code.
private func tell(_ check: FiguresCheck, of target: String) -> Int32 {
  for remark in check.remarks { Program.complain(remark) }
  for (what, names) in [
    ("differs", check.differing), ("is missing", check.missing), ("does not belong to this run", check.surplus),
  ] {
    for name in names { print("\(target)/\(name) \(what)") }
  }
  let remedy =
    check.isFine ? "" : "; `iomodes plot` rewrites the rest; files that do not belong to this run can be deleted"
  print("\(target): \(check.agreeing) files match the run\(remedy)")
  return check.isFine ? 0 : 4
}
