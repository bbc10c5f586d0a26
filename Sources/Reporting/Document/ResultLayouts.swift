/// The columns of each format for an experiment's points.
struct ResultLayouts {
  /// Whether percentiles are of response time rather than service time.
  let showsResponse: Bool
  /// Whether a mode left lanes unserved, so that rows show the number of lanes served.
  private let showsServed: Bool
  /// Whether trials have a fixed count of operations, so that their time is a result.
  private let countsOperations: Bool
  private let isServing: Bool

  private typealias Place = TableLayouts.Place

  init(_ experiment: Summary.MeasuredExperiment) {
    let points = experiment.points
    showsResponse = points.contains { $0.response != nil }
    showsServed = points.contains(where: \.leavesLanesUnserved)
    countsOperations = points.contains { $0.wallSeconds != nil }
    isServing = experiment.isServing
  }

  var layouts: TableLayouts {
    TableLayouts(text: text, markdown: markdown, latex: latex, html: html)
  }

  private var latency: String { showsResponse ? LatencyMetrics.response : LatencyMetrics.service }

  private func percentiles(_ names: String...) -> [Place] { names.map { Place("\(latency)\($0)") } }

  private func ofTrials(_ heading: String? = nil, about: String? = nil) -> Place {
    Place("\(latency)p99-of-trials", heading, about: about)
  }

  private func ifNeeded(_ wall: Place = .median("wall")) -> [Place] {
    (showsServed ? ["served"] : []) + (countsOperations ? [wall] : [])
  }

  /// All columns.
  private var markdown: [Place] {
    ["mode", Place("conc.", "concurrency"), "trials"] + ifNeeded() + ["throughput"]
      + percentiles("p50", "p90", "p99", "p99.9")
      + [
        ofTrials("p99 of trials"), "client-cpu", "server-cpu", .median("calls", "system calls/op"), "in-flight",
        "threads", .median("memory", "memory, median peak MiB"), "ratio",
      ]
  }

  private var latex: [Place] {
    ["mode", "conc.", "trials"] + ifNeeded() + ["throughput"] + percentiles("p50", "p99") + ["ratio", "cpu"]
      + percentiles("p90", "p99.9") + [ofTrials(), "in-flight", "threads", .median("memory", "median peak MiB")]
  }

  private var html: [Place] {
    let time = "\(showsResponse ? "response" : "service") time, of all valid trials' operations together"
    let cpu = "processor time: median over the valid trials, and its interval"
    let wall = Place("wall", about: "how long a trial took")
    let needed = ifNeeded(wall).map {
      $0.key == "served"
        ? Place("served", about: "lanes that had an operation done within the window, of those asked for") : $0
    }
    // What is asked for most stands where a narrow screen shows it.
    return [
      "mode", "conc.", Place("throughput", about: "median over the valid trials, and its interval"), "bar",
      Place("ratio", about: "throughput over that of blocking, round by round"),
    ] + needed + [Place("carried out", about: "valid trials, of those carried out")]
      + percentiles("p50", "p90", "p99", "p99.9").map { Place($0.key, about: time) }
      + [
        ofTrials("p99 of trials", about: "median over the valid trials of each trial's own p99"),
        Place("client-cpu", about: cpu), Place("server-cpu", about: cpu),
        Place("threads", about: "the most threads of the mode's process"),
        .median("memory", about: "memory, median peak: the peak of a trial, the median over the valid trials"),
        .median("calls", about: "system calls of the mode, made through its own wrappers"),
        Place("in-flight", about: "the most lanes that held an operation"),
      ]
  }

  /// A narrower terminal gets fewer columns. The ratio goes first, because it follows from the throughputs; CPU time
  /// stays longer, because nothing else shows it.
  private var text: [[Place]] {
    let start: [Place] = ["mode", "conc."] + (showsServed ? ["served"] : []) + ["bar"]
    let wall: [Place] = countsOperations ? [.median("wall")] : []
    let (throughput, interval) = (Place.median("throughput"), Place("throughput"))
    let percentiles = percentiles("p50", "p99")
    let byTrial = percentiles + [ofTrials("of trials"), "distribution"]
    let latencies = percentiles + ["distribution"]
    let server: [Place] = ["cpu", "threads", .median("memory")]
    let serving = [
      start + wall + [interval] + byTrial + server + [.median("ratio")],
      start + wall + [interval] + byTrial + server,
      start + wall + [interval] + latencies + server,
      start + wall + [throughput] + latencies + server,
    ]
    let asking = [
      start + wall + [interval] + byTrial + ["cpu", "ratio"],
      start + wall + [interval] + latencies + ["cpu", "ratio"],
      start + wall + [interval] + latencies + ["cpu", .median("ratio")],
      start + wall + [interval] + latencies + [.median("cpu"), .median("ratio")],
      start + wall + [throughput] + latencies + [.median("cpu"), .median("ratio")],
      start + wall + [throughput] + latencies + [.median("cpu")],
      start + [throughput, .median("cpu")],
      start + [throughput],
    ]
    return (isServing ? serving : []) + asking
  }
}
