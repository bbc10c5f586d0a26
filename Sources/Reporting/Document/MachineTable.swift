import Records

extension Table {
  /// The machine and the program of a run; nil if nothing is known.
  static func machine(_ run: Run) -> Table? {
    let record = run.record
    let environment = record.environment
    func yes(_ value: Bool?) -> String? { value.map { $0 ? "yes" : "no" } }
    func list(_ processors: [Int]?) -> String? { processors?.map(String.init).joined(separator: ", ") }
    let rows: [(String, String?)] = [
      ("processor", environment.cpuModel),
      ("processors", environment.cpusOnline.map { NumberText.grouped($0) }),
      ("of the client", list(environment.clientCPUs)),
      ("of the server", list(run.serverProcessors)),
      ("simultaneous multithreading", yes(environment.hasSMT)),
      ("turbo", yes(environment.hasTurbo)),
      ("governor", environment.governor),
      ("virtual", yes(environment.hypervisor)),
      ("architecture", environment.architecture),
      ("memory", environment.memory.map { "\(NumberText.significant(Double($0) / 1_073_741_824, digits: 3)) GiB" }),
      ("kernel", environment.kernel),
      ("C library", environment.libc),
      ("clock", environment.clocksource),
      ("load before the run", environment.loadAverage.map { NumberText.significant($0, digits: 3) }),
      ("compiler", environment.toolchain),
      ("program", "iomodes \(record.tool.version)" + (record.tool.commit.map { ", \($0)" } ?? "")),
      ("build", record.tool.configuration),
    ]
    let known = rows.compactMap { name, value in value.map { (name, $0.onOneLine) } }
    guard !known.isEmpty else { return nil }
    let host = record.describedHost.map { " of \($0.name.onOneLine), the first load host" } ?? ""
    return Table(
      title: "The machine\(host):", columns: [.text("what", known.map(\.0)), .text("value", known.map(\.1))],
      rows: known.map { _ in Row() }, names: 1)
  }
}

extension Table {
  /// The machines of a run over several hosts; nil for a run on one.
  static func hosts(of record: RunRecord) -> Table? {
    guard let hosts = record.cluster?.hosts else { return nil }
    // Not of the kind of texts, which name rows.
    func texts(_ text: (Environment) -> String?) -> [String] {
      hosts.map { (text($0.environment) ?? NumberText.none).onOneLine }
    }
    func numbers(_ heading: String, _ metric: String, _ text: (RunRecord.Cluster.Host) -> String?) -> TableColumn {
      TableColumn(
        heading, .number,
        hosts.map { host in
          text(host).map { Cell($0, source: .init(place: .machine(of: host), metric: metric)) } ?? Cell(NumberText.none)
        })
    }
    return Table(
      title: "The hosts:",
      columns: [
        .text("host", hosts.map(\.name.onOneLine)), .text("role", hosts.map(\.role.rawValue)),
        .number("processor", texts(\.cpuModel)),
        numbers("processors", "processors") { $0.environment.cpusOnline.map { NumberText.grouped($0) } },
        numbers("memory", "memory") { host in
          host.environment.memory.map { "\(NumberText.significant(Double($0) / 1_073_741_824, digits: 3)) GiB" }
        },
        .number("kernel", texts(\.kernel)), .number("virtual", texts { $0.hypervisor.map { $0 ? "yes" : "no" } }),
        numbers("load before", "load") { $0.environment.loadAverage.map { NumberText.significant($0, digits: 3) } },
        numbers("round trip", "round-trip") { $0.roundTrip.map { NumberText.span(nanoseconds: Double($0)) } },
      ],
      rows: hosts.map { _ in Row() }, names: 2)
  }
}

extension Citable.Place {
  /// A host's machine.
  static func machine(of host: RunRecord.Cluster.Host) -> Citable.Place { Citable.Place("machine/\(host.name)") }
}

extension Run {
  /// The CPUs of the built-in server. They are reserved in any case; nil if no trial had such a server. The CPUs of a
  /// target are unknown.
  var serverProcessors: [Int]? {
    trials.contains { $0.server != nil } ? record.environment.serverCPUs : nil
  }
}
