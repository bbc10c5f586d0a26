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
    return Table(
      title: "The machine:", columns: [.text("what", known.map(\.0)), .text("value", known.map(\.1))],
      rows: known.map { _ in Row() }, names: 1)
  }
}

extension Run {
  /// The CPUs of the built-in server. They are reserved in any case; nil if no trial had such a server. The CPUs of a
  /// target are unknown.
  var serverProcessors: [Int]? {
    trials.contains { $0.server != nil } ? record.environment.serverCPUs : nil
  }
}
