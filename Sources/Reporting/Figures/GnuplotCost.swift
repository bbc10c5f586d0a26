import Records
import Statistics

extension GnuplotData {
  /// The cost of an operation on the side under test: CPU time, system calls and context switches.
  init(costOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    let (side, other) = experiment.isServing ? ("server", "client") : ("client", "server")
    let interval = ["low", "high"]
    let names =
      ["\(side)_cpu_us"] + interval + ["\(side)_user_us"] + interval + ["\(side)_system_us"] + interval
      + ["\(side)_calls"] + interval + ["\(side)_switches"] + interval + ["\(other)_cpu_us"] + interval
    let counted = Self.countedCalls(experiment)
    self.init(
      .cpu, experiment.name, experiment.description, provenance,
      question: "What does an operation cost the \(side)?",
      subject: "CPU time, system calls and context switches of the \(side) per operation, against concurrency",
      remarks: [
        ("columns", "concurrency, then those named, each per operation"), Self.intervals,
        ("calls", counted.map { "counted by \($0)" } ?? "own wrappers only"),
        (
          "counting",
          counted == nil
            ? "only the system calls of the harness's own wrappers; the language's runtimes make more"
            : "all system calls, set-up included, counted in separate trials"
        ),
        (
          "split",
          "user and system time only if each trial used 100 ms or more; the kernel cannot split fewer than ten ticks"
        ),
        ("switches", "voluntary and involuntary context switches, by getrusage(2)"), ("side", side),
      ] + Self.gaps(experiment),
      blocks: Self.blocks(experiment, names) { point in
        let others = experiment.isServing ? point?.client : point?.server
        let audited = experiment.isServing ? point?.audit?.server : point?.audit?.client
        return Self.columns(point?.tested.cpu) + Self.columns(point?.tested.userCPU)
          + Self.columns(point?.tested.systemCPU)
          + (counted == nil ? Self.columns(point?.tested.directCalls) : [audited?.syscalls, nil, nil])
          + Self.columns(point?.tested.switches) + Self.columns(others?.cpu)
      })
  }

  /// The tools that counted all system calls of the side under test; nil if none did.
  private static func countedCalls(_ experiment: Summary.MeasuredExperiment) -> String? {
    let audits = experiment.points.compactMap(\.audit).filter {
      (experiment.isServing ? $0.server : $0.client)?.syscalls != nil
    }
    return audits.isEmpty ? nil : Set(audits.map(\.tool)).sorted().joined(separator: " and ")
  }

  /// The threads and the memory of the process that runs the mode.
  init(footprintOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    let side = experiment.side
    let names = ["\(side)_threads_peak", "low", "high", "\(side)_rss_peak_bytes", "low_bytes", "high_bytes"]
    self.init(
      .footprint, experiment.name, experiment.description, provenance,
      question: "How many threads and how much memory does the \(side) need?",
      subject: "threads and memory of the \(side) against concurrency",
      remarks: [("columns", "concurrency, then those named"), Self.intervals] + Self.gaps(experiment),
      blocks: Self.blocks(experiment, names) { Self.columns($0?.threads) + Self.columns($0?.memory) })
  }
}
