import Foundation
import Measurement
import Records
import Testing

@testable import Reporting

/// The effect of work on lanes without work, over several experiments.
struct InterferenceTests {
  /// One experiment in rounds; the bystanders' response times grow by one microsecond per round.
  private func trials(
    _ experiment: String, _ mode: String, variant: String? = nil, kind: String = "compute", work: String? = nil,
    concurrency: Int = 8, rate: Double? = nil, response: UInt64?, rounds: Int = 6
  ) -> [TrialRecord] {
    (1...rounds).map { round in
      var trial = TinyRun.trial(
        mode, concurrency: concurrency, round: round, throughput: 1000 + Double(round), experiment: experiment)
      trial.variant = variant
      if let rate { trial.arrivals = .init(kind: "constant", rate: rate) }
      var workload: [String: JSONValue] = ["kind": .string(kind)]
      workload["work"] = work.map { .string($0) }
      workload["offload"] = variant.map { .string($0) }
      if variant == "pool" { workload["pool"] = .number(2) }
      trial.workload = .object(workload)
      var (service, responses) = (LatencyHistogram(), LatencyHistogram())
      for _ in 0..<2000 {
        service.record(10_000)
        if let response { responses.record(response * 1000 + UInt64(round) * 1000) }
      }
      trial.lanes = [
        "busy": .init(count: concurrency, operations: trial.operations, latency: nil),
        "paced": .init(
          count: 16, operations: .init(),
          latency: .init(
            service: LatencySummary(service), response: response == nil ? nil : LatencySummary(responses))),
      ]
      if kind == "file" {
        trial.lanes?["paced"]?.workload = RecordedWorkload(.object(["kind": .string("echo"), "size": .string("64B")]))
      }
      return trial
    }
  }

  private func files(_ trials: [TrialRecord]) -> [GnuplotData] {
    GnuplotData.files(of: TinyRun.run(trials)).filter { $0.kind == .interference }
  }

  private func rows(_ data: GnuplotData, of name: String) -> [[Substring]] {
    let lines = data.text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let header = lines.firstIndex(where: { $0.hasPrefix("\"\(name)\"") }) else { return [] }
    return lines[(header + 1)...].prefix { !$0.isEmpty }.map { $0.split(separator: " ") }
  }

  private var whole: [TrialRecord] {
    trials("work-inline-0", "epoll", variant: "inline", work: "0s", response: 100)
      + trials("work-inline-1ms", "epoll", variant: "inline", work: "1ms", response: 5000)
      + trials("work-pool-1ms", "epoll", variant: "pool", work: "1ms", response: 200)
      + trials("work-threads-1ms", "threads", work: "1ms", response: 150)
  }

  @Test func experimentsThatDifferInTheWorkAloneAreOneFigure() throws {
    let files = files(whole)
    #expect(files.count == 1)
    let data = try #require(files.first)
    #expect(data.experiment == "work" && data.place.isEmpty && data.absence == nil)
    #expect(data.text.contains("# figure: 16 paced lanes without work, beside 8 at work\n"))
    #expect(data.text.contains("# workload: HTTP GET, keep-alive, beside 16 paced lanes\n"))
    #expect(data.text.contains("# latency: the bystanders' response time\n"))
    let inline = rows(data, of: "epoll/inline")
    #expect(inline.map { $0[0] } == ["0", "1000000"])
    #expect(rows(data, of: "epoll/pool").map { $0[0] } == ["1000000"] && rows(data, of: "threads").count == 1)
    // The median of 5001 … 5006 µs, as far as three digits of a histogram tell, between the least and the largest.
    let latencies = try inline[1][1...3].map { try #require(Double($0)) }
    #expect(abs(latencies[0] - 5_003_500) < 5_000 && latencies[1] < latencies[0] && latencies[0] < latencies[2])
    #expect(Double(inline[1][6]) == 1003.5 && inline[1][9] == "6")
  }

  @Test func otherCompanyIsAnotherFigure() {
    let wider = trials("work-inline-1ms", "epoll", variant: "inline", work: "1ms", concurrency: 64, response: 9000)
    let files = files(whole + wider)
    #expect(files.map(\.experiment).sorted() == ["work", "work-inline-1ms"])
  }

  @Test func figureGoesWithoutWork() throws {
    let data = try #require(
      files(
        trials("reads", "epoll", variant: "inline", kind: "file", response: 700)
          + trials("reads", "epoll", variant: "pool", kind: "file", response: 90)
      ).first)
    #expect(data.experiment == "reads" && data.absence == nil)
    #expect(rows(data, of: "epoll/pool").map { $0[0] } == ["0"])
    #expect(data.text.contains("# figure: 16 paced lanes of echo, beside 8 on a file\n"))
    #expect(
      data.text.contains(
        "# workload: random reads of 4 KiB, in a file of 64 MiB, beside 16 paced lanes of echo 64 B over TCP\n"))
    #expect(rows(data, of: "epoll/pool")[0][10...].allSatisfy { $0 == "NaN" } && !data.text.contains("# rest: "))
  }

  @Test func lanesThatHardlyWorkAreShownBesideThoseThatDo() throws {
    let reads =
      trials("reads-inline", "epoll", variant: "inline", kind: "file", response: 700)
      + trials("reads-pool", "epoll", variant: "pool", kind: "file", response: 90)
      + trials("reads-inline", "threads", kind: "file", response: 80)
    let rests =
      trials("reads-rest", "epoll", variant: "inline", kind: "file", rate: 10, response: 40)
      + trials("reads-much", "epoll", variant: "inline", kind: "file", rate: 5000, response: 600)
    let files = files(reads + rests)
    // An experiment that is neither a closed loop nor the lowest rate gets its own figure.
    #expect(files.map(\.experiment) == ["reads", "reads-much"])
    let data = try #require(files.first)
    #expect(data.text.contains("# rest: beside the same lanes at 10 operations/s in all\n"))
    // In any variant, no lane waits for them.
    for name in ["epoll/inline", "epoll/pool"] {
      let rest = try #require(rows(data, of: name).first?[10...12].map { Double($0) })
      #expect(try abs(#require(rest[0]) - 43_500) < 500 && #require(rest[1]) < #require(rest[2]), "\(rest)")
    }
    #expect(rows(data, of: "threads")[0][10...].allSatisfy { $0 == "NaN" })
    // Alone, they are an ordinary figure.
    #expect(self.files(Array(rests.prefix(6))).map(\.experiment) == ["reads-rest"])
  }

  @Test func otherWorkHasNoRest() {
    let work = trials("work-1ms", "epoll", variant: "inline", work: "1ms", response: 5000)
    let wide = trials("rest", "epoll", variant: "inline", work: "0s", concurrency: 64, rate: 10, response: 40)
    #expect(files(work + wide).allSatisfy { !$0.text.contains("# rest: ") } && files(work + wide).count == 2)
    let like = trials("rest", "epoll", variant: "pool", work: "0s", rate: 10, response: 40)
    #expect(files(work + like).map { $0.text.contains("# rest: ") } == [true])
  }

  @Test func serviceTimeStandsWhereThereIsNoOther() throws {
    let data = try #require(files(trials("work", "epoll", variant: "inline", work: "1ms", response: nil)).first)
    #expect(data.text.contains("# latency: the bystanders' service time\n"))
    #expect(rows(data, of: "epoll/inline")[0][1].hasPrefix("10"))
  }

  @Test func nothingIsDrawnOfOtherWorkloads() {
    #expect(files(trials("calls", "epoll", kind: "http", response: 100)).isEmpty)
    var alone = trials("work", "epoll", variant: "inline", work: "1ms", response: 100)
    for index in alone.indices { alone[index].lanes = nil }
    #expect(files(alone).isEmpty)
  }

  @Test func tableHasTheResponseTimes() {
    let text = Report(TinyRun.run(whole)).render(.text, width: 100, color: false)
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    #expect(words.contains("1 ms of work each, left to 2 threads, beside 16 paced lanes"))
    #expect(text.contains(/class +lanes +operations +p50 µs +p99 µs +resp\. p50 µs +resp\. p99 µs\n/))
  }
}
