import Records

/// The page's facts about the machine, the method and the origin of its numbers.
enum PageFacts {
  static func machine(_ run: Run) -> HTMLReport.Section {
    let record = run.record
    let machine = record.environment
    func list(_ processors: [Int]?) -> String? { processors.map { $0.map(String.init).joined(separator: ", ") } }
    func yesNo(_ value: Bool?) -> String? { value.map { $0 ? "yes" : "no" } }
    func bytes(_ value: UInt64?) -> String? { value.map { NumberText.bytes(Double($0)) } }
    let facts: [(String, String?)] = [
      ("processor", machine.cpuModel), ("architecture", machine.architecture),
      ("processors online", machine.cpusOnline.map(String.init)),
      ("allowed to the harness", list(machine.cpusAllowed)), ("client on", list(machine.clientCPUs)),
      ("server on", list(run.serverProcessors)), ("SMT", yesNo(machine.hasSMT)), ("turbo", yesNo(machine.hasTurbo)),
      ("governor", machine.governor), ("virtual machine", yesNo(machine.hypervisor)),
      ("time stolen since boot", machine.stealShare.map { "\(NumberText.significant($0 * 100, digits: 2)) %" }),
      ("load average before", machine.loadAverage.map { NumberText.significant($0, digits: 3) }),
      ("memory", bytes(machine.memory)), ("swap in use", bytes(machine.swapUsed)), ("kernel", machine.kernel),
      ("C library", machine.libc), ("toolchain", machine.toolchain), ("clock source", machine.clocksource),
      ("timer slack", machine.timerSlack.map { NumberText.span(nanoseconds: Double($0)) }),
      ("container's processor limit", machine.containerCPULimit),
      ("container's memory limit", machine.containerMemoryLimit),
      ("descriptors", machine.descriptorLimit.map { NumberText.grouped($0) }),
      ("ephemeral ports", machine.ephemeralPorts.map { $0.map(String.init).joined(separator: "–") }),
      ("somaxconn", machine.somaxconn.map { NumberText.grouped($0) }),
      ("file system of data files", record.fileSystem),
      (
        "computes",
        record.calibration.map { "\(NumberText.significant($0.iterationsPerSecond)) iterations/s, as calibrated" }
      ),
    ]
    guard let hosts = Table.hosts(of: record), let host = record.describedHost else {
      return .init(anchor: "machine", title: "Machine", body: self.list(facts))
    }
    return .init(
      anchor: "machine", title: "Machines",
      body: """
        \(PageTable.table(hosts))<p>The machine of \(host.name), the first load host:</p>
        \(self.list(facts))
        """)
  }

  static func provenance(_ run: Run, _ trialsHash: String?) -> HTMLReport.Section {
    let record = run.record
    let facts: [(String, String?)] = [
      ("run", record.runID), ("started", record.started), ("suite", record.suite["name"]?.string),
      ("iomodes", "\(record.tool.version), \(record.tool.configuration) build"), ("commit", record.tool.commit),
      ("seed", "\(record.seed)"), ("command", record.command.isEmpty ? nil : record.command.joined(separator: " ")),
      (
        "trials",
        "\(NumberText.grouped(run.trials.count)) recorded, \(NumberText.grouped(record.trialsPlanned)) planned"
      ),
      ("rounds until throughputs are known within", record.precision.map { "±\(NumberText.brief($0 * 100)) %" }),
      ("schema", "version \(record.schemaVersion)"),
      ("SHA-256 of trials.jsonl", trialsHash),
    ]
    return .init(
      anchor: "provenance", title: "Provenance",
      body: """
        \(list(facts))<p>This page is <code>iomodes report</code> of that run, and says nothing that its \
        <code>run.json</code> and <code>trials.jsonl</code> do not.</p>

        """)
  }

  static let method = HTMLReport.Section(
    anchor: "method", title: "Method",
    body: """
      <p>Every mode carries out the same operations, drawn from the seed, and every answer is checked. Each trial runs \
      in fresh processes, client and server apart. A round carries out every point once, in an order drawn from the seed, so \
      that what disturbs a round disturbs all modes. A trial that goes wrong is kept, marked, and left out of every \
      number.</p>
      <dl>
      <dt>op/s</dt><dd>operations done within the window, per second: the median over the valid trials</dd>
      <dt>[interval]</dt><dd>the 95 % interval of the median over trials, between two order statistics, whatever the \
      distribution (Conover 1999, 3.2); with * the range, of fewer than six</dd>
      <dt>× blocking</dt><dd>the throughput over that of <code>blocking</code> in the same round: the median and its \
      interval</dd>
      <dt>verdict</dt><dd>how the mode that no other is significantly better than stands to each of the others, by sign \
      flips of the ratios within rounds, with p-values adjusted by Holm over the experiment, at 5 %: what <code>iomodes \
      compare</code> says with that mode as baseline. The interval is of one ratio, and not adjusted</dd>
      <dt>not significantly different</dt><dd>no difference was found with so many rounds. That does not prove modes \
      equal</dd>
      <dt>service time</dt><dd>from an operation's actual start to its end</dd>
      <dt>response time (resp.)</dt><dd>from its intended start, by the schedule of an open loop: waiting for a lane \
      included</dd>
      <dt>p50 … p99.9</dt><dd>of all valid trials' operations together, from merged histograms of three digits; only where \
      at least ten lie above and ten below, else –. Percentiles are never averaged</dd>
      <dt>of trials</dt><dd>the median over the valid trials of each trial's own percentile: a statistic of trials</dd>
      <dt>CPU</dt><dd>processor time for an operation, by the clock of the process</dd>
      <dt>MiB</dt><dd>memory, median peak: the peak of a trial, the median over the valid trials</dd>
      <dt>lane</dt><dd>a line of work that carries out one operation at a time; concurrency is their number</dd>
      </dl>

      """)

  /// Leaves out unknown facts.
  private static func list(_ facts: [(name: String, value: String?)]) -> Markup {
    let items = facts.compactMap { name, value in value.map { "<dt>\(name)</dt><dd>\($0)</dd>\n" as Markup } }
    return "<dl>\n\(items)</dl>\n"
  }
}
