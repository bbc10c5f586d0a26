import Records

/// Where numbers come from, in words: what stands on top of every table, data file and figure.
struct Provenance {
  let run: String
  let machine: String
  let date: String
  private let planned: Int

  init(_ record: RunRecord) {
    run = Self.oneLine(record.runID)
    let environment = record.environment
    machine = Self.oneLine(
      [
        environment.cpuModel,
        environment.cpusOnline.map { "\($0) \($0 == 1 ? "CPU" : "CPUs")" },
        environment.kernel.map { $0.hasPrefix("Linux") ? $0 : "Linux \($0)" },
      ].compactMap { $0 }.joined(separator: ", "))
    date = Self.oneLine(record.started)
    planned = record.trialsPlanned
  }

  /// Says so where not all planned trials are there.
  func progress(finished: Int) -> String? {
    finished < planned
      ? "\(finished) of \(planned) planned trials are recorded; `iomodes run --resume` measures the others" : nil
  }

  static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
