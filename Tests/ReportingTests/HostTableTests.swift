import Foundation
import Measurement
import Plan
import Records
import Testing

@testable import Reporting

/// Hosts have their own numbers, and those of the load do not contain the observer's.
struct HostTableTests {
  private static func host(
    _ name: String, _ role: HostRole, throughput: Double, latency: UInt64, due: UInt64? = nil
  ) -> TrialRecord.Host {
    var host = TrialRecord.Host(name: name, role: role, processes: 1)
    var histogram = LatencyHistogram()
    for _ in 0..<3000 { histogram.record(latency) }
    var operations = TrialRecord.Operations()
    operations.done = 3000
    operations.due = due
    host.operations = operations
    host.wall = 30_000_000_000
    host.throughput = throughput
    host.latency = .init(service: LatencySummary(histogram))
    if due != nil { host.latency?.response = LatencySummary(histogram) }
    host.usage = TinyRun.usage(user: 20_000_000, system: 10_000_000)
    host.startLate = 5000
    return host
  }

  /// A server, some hosts that load, the first of them fastest, and an observer.
  private static func trials(rounds: Int, load: Int, rate: Double? = nil) -> [TrialRecord] {
    (1...rounds).map { round in
      var trial = TinyRun.trial(
        "epoll", round: round, throughput: 6000, latencies: .init(repeating: 2_000_000, count: 3000))
      trial.arrivals = .init(kind: rate == nil ? "closed" : "constant", rate: rate)
      trial.hosts = [TrialRecord.Host(name: "n1", role: .server, processes: 1)]
      for index in 0..<load {
        let throughput = Double(4000 - 100 * index)
        trial.hosts?.append(host("n\(index + 2)", .load, throughput: throughput, latency: 2_000_000))
      }
      trial.hosts?.append(host("n99", .observer, throughput: 100, latency: 40_000, due: 3030))
      return trial
    }
  }

  static func run(rounds: Int = 2, load: Int = 2, rates: [Double?] = [nil]) -> Run {
    var run = TinyRun.run(rates.flatMap { trials(rounds: rounds, load: load, rate: $0) })
    run.record.environment.memory = 17_000_000_000
    let environment = run.record.environment
    run.record.cluster = RunRecord.Cluster(
      launch: ["ssh", "{host}"], address: "10.0.0.1", isNamed: false, maxSkew: 1_000_000,
      hosts: (run.trials[0].hosts ?? []).map { host in
        RunRecord.Cluster.Host(
          name: host.name, role: host.role, environment: environment, build: nil, boot: host.name, addresses: [],
          roundTrip: host.role == .server ? nil : 104_000)
      })
    return run
  }

  private func render(_ run: Run, _ format: OutputFormat, width: Int = 100) -> String {
    Report(run).render(format, width: width, color: false)
  }

  @Test func hostsArePooledOverTheValidTrials() throws {
    var run = Self.run()
    var broken = run.trials[0]
    broken.valid = false
    broken.round = 3
    run.trials.append(broken)
    let point = try #require(Summary(run).experiments.first?.points.first)
    #expect(point.hosts.map(\.name) == ["n2", "n3", "n99"] && point.hosts.map(\.role) == [.load, .load, .observer])
    #expect(point.hosts.map(\.operations) == [6000, 6000, 6000])
    #expect(point.hosts.compactMap(\.throughput?.median) == [4000, 3900, 100])
    let observer = point.hosts[2]
    #expect(observer.latency?.histogram.count == 6000 && observer.offered?.median == 101)
    #expect(observer.response?.percentile(99) == 40_000 && observer.cpu?.median == 10)
    #expect(observer.startLate?.median == 5000)
    #expect(point.hosts[0].response == nil && point.hosts[0].offered == nil)
  }

  @Test func numbersOfTheLoadAreTheSameWithAndWithoutAnObserver() throws {
    let beside = Self.run()
    var alone = beside
    for index in alone.trials.indices { alone.trials[index].hosts = nil }
    func members(_ run: Run) throws -> NSDictionary {
      let point = try #require(Summary(run).experiments.first?.points.first)
      let text = JSONValue.object(JSONReport.members(point).filter { $0.key != "hosts" }).text()
      return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
    }
    #expect(try members(beside) == members(alone))
  }

  @Test(arguments: [OutputFormat.text, .md, .latex, .html]) func tableHasARowForEachHost(_ format: OutputFormat) {
    let text = render(Self.run(), format, width: 120)
    #expect(text.contains("by host, of all valid trials together:"))
    for role in ["n2 load", "n3 load", "n99 observer"] {
      #expect(text.contains(try! Regex(role.replacing(" ", with: "(<[^>]*>|[ |&])+"))), "\(role): \(text)")
    }
    #expect(text.contains("n99 observes, with a lane of its own that no other number contains"))
  }

  @Test func rowsHaveThroughputAndLatencies() {
    let text = render(Self.run(), .text, width: 100)
    let heading = /mode +conc\. +host +role +op\/s +due op\/s +p50 µs +p99 µs +resp\. p50 µs +resp\. p99 µs/
    #expect(text.contains(heading), "\(text)")
    #expect(text.contains(/epoll +4 +n3 +load +3,900/) && text.contains(/epoll +4 +n99 +observer +100/), "\(text)")
  }

  @Test func dataHasThem() throws {
    let document = try JSONDecoder().decode(JSONValue.self, from: Data(render(Self.run(), .json).utf8))
    guard case .array(let experiments)? = document["experiments"], case .array(let points)? = experiments[0]["points"]
    else {
      Issue.record("no points")
      return
    }
    let hosts = try #require(points[0]["hosts"])
    #expect(hosts["n99"]?["role"] == .string("observer") && hosts["n2"]?["role"] == .string("load"))
    #expect(hosts["n99"]?["throughput_per_s"]?["median"] == .number(100))
    #expect(hosts["n99"]?["response_ns"]?["p99"] == .number(40_000) && hosts["n1"] == nil)

    let rows = render(Self.run(), .csv).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    /// Counted from the end, as the workload has a comma in it.
    func cell(_ name: String) throws -> Substring {
      let place = try #require(rows[0].firstIndex(of: Substring(name)))
      return rows[1][place + rows[1].count - rows[0].count]
    }
    #expect(try cell("load_hosts") == "2" && cell("slowest_load_host") == "n3")
    #expect(try cell("slowest_load_host_throughput_per_s") == "3900.0" && cell("observer_host") == "n99")
    #expect(try cell("observer_operations_due") == "3030" && cell("observer_response_p99_ns") == "40000")
  }

  @Test func ofManyLoadHostsTheSlowestAndTheFastestAreShown() throws {
    let run = Self.run(load: 7)
    #expect(render(run, .md).contains("| n5 | load |") && !render(run, .md).contains("of the load hosts"))
    let many = Self.run(load: 30)
    let text = render(many, .md)
    #expect(text.contains("; of the load hosts, the ones with the lowest and the highest throughput:"))
    #expect(text.contains("| n2 | load |") && text.contains("| n31 | load |") && !text.contains("| n5 | load | 3"))
    #expect(Summary(many).experiments[0].points[0].hosts.count == 31)
  }

  @Test func experimentAtSeveralRatesHasThemByRate() {
    let text = render(Self.run(rates: [100, 200, 300]), .md)
    #expect(text.contains("| epoll | 4 | 200 | n99 | observer |"), "\(text)")
    #expect(text.contains("n99 observes"))
  }

  @Test func numbersOfAHostAreCitedByItsName() throws {
    let citations = try CitationRuns.citations("hosts")
    let found = try citations.find(CitationQuery("host=n99 response-p99"))
    #expect(found.citable.query == "tiny epoll concurrency=4 host=n99 response-p99" && found.citable.number.n == 6)
    #expect(try citations.find(CitationQuery("epoll throughput")).citable.place.part == nil)
    #expect(try citations.find(CitationQuery("machine/n2 round-trip")).citable.exact.value == 104_000)
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(found.render(.json).utf8))
    #expect(json["host"] == .string("n99") && json["lanes"] == nil)
  }

  @Test func machineTableSaysWhichHostItDescribes() {
    let text = render(Self.run(), .md)
    #expect(text.contains("The machine of n2, the first load host:") && text.contains("The hosts:"))
    #expect(text.contains("| n99 | observer | Abacus | 2 | 15.8 GiB | 6.1.0 | 104 µs |"), "\(text)")
    #expect(render(Self.run(), .html).contains("The machine of n2, the first load host:"))
  }

  @Test func trustSaysWhetherHostsAreMachines() {
    var run = Self.run()
    #expect(render(run, .md).contains("client and server on different hosts"))
    for index in run.record.cluster!.hosts.indices { run.record.cluster?.hosts[index].boot = "one" }
    #expect(render(run, .md).contains("hosts of one machine share its CPUs, and no network is measured"))
  }

  @Test func reportOfOneMachineHasNothingOfHosts() {
    for format in OutputFormat.allCases where format != .csv {
      let text = render(TinyRun.example, format)
      #expect(!text.contains("by host") && !text.contains("The hosts:") && !text.contains("\"hosts\""))
    }
  }

  @Test(arguments: [44, 60, 80, 100, 200]) func tableIsNeverWiderThanAsked(width: Int) {
    for line in render(Self.run(), .text, width: width).split(separator: "\n") {
      #expect(line.count <= width, "\(line)")
    }
  }
}
