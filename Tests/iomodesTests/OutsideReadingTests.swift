import Foundation
import Glibc
import Measurement
import Modes
import Plan
import Records
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Harness

/// Compares a client's own values with those read from outside, at the same edges.
@Suite(.serialized, .endsHangs)
struct OutsideReadingTests {
  /// On a busy machine, the two readings may be apart; one of several windows must show that they agree.
  @Test func readingsFromInsideAndOutsideAgreeWithinOnePercent() async throws {
    var disagreements: [String] = []
    for _ in 0..<4 {
      let (inside, outside) = try Self.readings()
      let (told, seen) = (inside.cpuTime, outside.cpuTime)
      if told > 100_000_000, abs(seen - told) <= 0.01 * told, inside.threads == outside.threads,
        abs(inside.memory - outside.memory) <= 0.05 * inside.memory
      {
        return
      }
      disagreements.append("\(outside) from outside, \(inside) from inside")
    }
    Issue.record("\(disagreements)")
  }

  private struct Usage {
    var cpuTime: Double
    var threads: Int?
    var memory: Double
  }

  /// For a window of over a second, and a mode that never waits.
  private static func readings() throws -> (inside: Usage, outside: Usage) {
    var echo = EchoSpec()
    echo.ends = .both
    let spec = TrialSpec(
      mode: .epoll, workload: .echo(echo), concurrency: 16, operations: nil, duration: .milliseconds(1_500),
      warmup: .milliseconds(100), deadline: .seconds(20), seed: 1, endpoints: [], isOwnServer: false)
    let plan = ClientPlan(spec: spec, cpus: try Affinity.current(), hasControl: true)
    let (near, far) = try Socket.pair(tcp: false, blocking: true)
    let child = try ChildProcess(Executable.path, [Children.clientCommand], control: far.descriptor)
    far.close()
    child.send(TrialRunner.json(plan))

    var family = ProcessFamily(of: [child.identifier])
    var readings: [ProcessFamily.Reading] = []
    var monitors: [Double] = []
    var byte: UInt8 = 0
    while read(near.descriptor, &byte, 1) == 1 {
      guard byte == UInt8(ascii: "\n") else { continue }
      var reading = family.readTimes()
      monitors.append(try #require(timeOfMonitor(of: child.identifier)))
      _ = write(near.descriptor, "k", 1)
      family.readNewMembers(into: &reading)
      family.readDetails(into: &reading)
      readings.append(reading)
      if readings.count == 2 { break }
    }
    guard case .text(let line) = child.readLine(timeout: 20_000) else { throw Silence() }
    near.close()
    let inside = try JSONDecoder().decode(PartialRecord.self, from: Data(line.utf8)).usage
    let outside = try #require(readings.last).since(try #require(readings.first))
    // The client's value excludes its monitor's thread, which is independent of the mode.
    let seen = Double(try #require(outside.cpuTime)) - (monitors[1] - monitors[0])
    return (
      Usage(
        cpuTime: Double(try #require(inside.cpuTime)), threads: inside.threadsPeak,
        memory: Double(try #require(inside.memoryPeak))),
      Usage(cpuTime: seen, threads: outside.threadsPeak, memory: Double(try #require(outside.memoryPeak)))
    )
  }

  /// The client said nothing.
  private struct Silence: Error {}

  /// In nanoseconds: /proc/PID/task/TID/schedstat, proc(5).
  private static func timeOfMonitor(of process: pid_t) -> Double? {
    let tasks = FileSystem.entries(of: "/proc/\(process)/task").map { "/proc/\(process)/task/\($0)" }
    let monitor = tasks.first { ProcFile.text(of: "\($0)/comm") == "monitor\n" }
    return monitor.flatMap { ProcFile.text(of: "\($0)/schedstat") }?.split(separator: " ").first.flatMap { Double($0) }
  }
}
