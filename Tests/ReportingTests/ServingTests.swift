import Foundation
import Records
import Testing

@testable import Reporting

/// If the mode under test serves, statements about its process refer to the server.
struct ServingTests {
  private static let trials: [TrialRecord] = [1, 64].flatMap { connections in
    (1...6).map { round in
      var trial = TinyRun.trial(
        "epoll", concurrency: connections, round: round, latencies: .init(repeating: 2000, count: 1000))
      trial.workload = .object(["kind": .string("serve"), "protocol": .string("http")])
      trial.client = usage(micros: 9000, threads: 3, memory: 50 << 20)
      trial.server = usage(micros: 4000, threads: 2 + connections, memory: UInt64(connections) << 20)
      return trial
    }
  }

  private static func usage(micros: UInt64, threads: Int, memory: UInt64) -> ProcessUsage {
    var usage = TinyRun.usage(user: micros * 250, system: micros * 750)
    usage.threadsPeak = threads
    usage.memoryPeak = memory
    return usage
  }

  private let run = TinyRun.run(trials)

  @Test func pointsSpeakOfTheServer() throws {
    let experiment = try #require(Summary(run).experiments.first)
    #expect(experiment.isServing && experiment.description == "serving HTTP GET, keep-alive")
    #expect(experiment.points.map(\.tested.cpu?.median) == [4, 4])
    #expect(experiment.points.map(\.threadsPeak) == [3, 66])
    #expect(experiment.points.map(\.memory?.median) == [1_048_576, 67_108_864])
  }

  @Test func figureHasAColumnForEveryQuantity() throws {
    let files = GnuplotData.files(of: run)
    #expect(files.map(\.kind) == [.throughput, .latency, .cpu, .serve])
    let serve = try #require(files.last).text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(
      serve == [
        "\"epoll\" throughput_per_s low_per_s high_per_s p50_ns p50_of_trials_ns low_ns high_ns p99_ns "
          + "p99_of_trials_ns low_ns high_ns server_cpu_us low_us high_us server_threads_peak low high "
          + "server_rss_peak_bytes low_bytes high_bytes",
        "1 100 100 100 2000 2000 2000 2000 2000 2000 2000 2000 4 4 4 3 3 3 1048576 1048576 1048576",
        "64 100 100 100 2000 2000 2000 2000 2000 2000 2000 2000 4 4 4 66 66 66 67108864 67108864 67108864",
      ])
    let cpu = try #require(files.first { $0.kind == .cpu }).text
    #expect(
      cpu.contains(
        "\"epoll\" server_cpu_us low high server_user_us low high server_system_us low high server_calls low high "
          + "server_switches low high client_cpu_us low high\n"))
    #expect(cpu.contains("\n64 4 4 4 NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN 9 9 9\n"))
  }

  @Test func tableShowsThreadsAndMemoryOfTheServer() {
    let text = Report(run).render(.text, width: 100, color: false)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 100 })
    let table = lines.drop { !$0.hasPrefix("  mode") }.filter { $0.contains("epoll") || $0.contains("threads") }
    #expect(table.first?.contains("CPU µs/op") == true && table.first?.contains("MiB") == true)
    #expect(table.contains { $0.contains("    64  ") && $0.contains("4.00 [4.00–4.00]       66  64.0") }, "\(table)")
  }

  @Test func jsonNamesTheSide() throws {
    let text = Report(run).render(.json, width: 0, color: false)
    #expect(text.contains("\"server_threads_peak\"") && !text.contains("\"client_threads_peak\""))
  }
}
