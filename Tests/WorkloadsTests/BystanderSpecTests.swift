import Foundation
import Measurement
import Plan
import Testing
import Workloads

@Suite struct BystanderSpecTests {
  static let idle = BystanderSpec(count: 15_000, manner: .idle)
  static let paced = BystanderSpec(count: 100, manner: .paced, every: .milliseconds(100))
  static let slow = BystanderSpec(count: 10, manner: .slow, rate: ByteCount(64 << 10))

  private func read(_ text: String) throws -> BystanderSpec {
    try JSONDecoder().decode(BystanderSpec.self, from: Data(text.utf8))
  }

  @Test(arguments: [
    ("idle:15000", #"{"count": 15000, "manner": "idle"}"#, idle),
    ("paced:100:100ms", #"{"count": 100, "manner": "paced", "every": "100ms"}"#, paced),
    ("slow:10:64KiB", #"{"count": 10, "manner": "slow", "rate": "64KiB"}"#, slow),
  ]) func commandLineAndSuiteSayTheSame(_ text: String, json: String, spec: BystanderSpec) throws {
    #expect(try BystanderSpec(parsing: text) == spec)
    #expect(try read(json) == spec)
    #expect(try JSONDecoder().decode(BystanderSpec.self, from: JSONEncoder().encode(spec)) == spec)
  }

  @Test(arguments: [
    "", "idle", "idle:", "idle:x", "idle:5:1s", "lazy:5", "paced:5", "paced:5:", "paced:5:64KiB", "slow:5", "slow:5:1s",
    "slow:5:1KiB:1", "5:idle",
  ]) func otherTextsAreRefused(_ text: String) {
    #expect(throws: BystanderSpec.Malformed.self) { try BystanderSpec(parsing: text) }
  }

  @Test(arguments: [
    (#"{"manner": "idle"}"#, "count", ""),
    (#"{"count": 5}"#, "manner", ""),
    (#"{"count": 0, "manner": "idle"}"#, "count", "0 is not a number of lanes; it must be from 1 to 10000000"),
    (#"{"count": 5, "manner": "quick"}"#, "manner", "'quick' is not one of idle, paced, slow"),
    (#"{"count": 5, "manner": "idle", "every": "1s"}"#, "every", "goes with paced"),
    (#"{"count": 5, "manner": "paced", "rate": "1KiB", "every": "1s"}"#, "rate", "goes with slow"),
    (
      #"{"count": 5, "manner": "paced"}"#, "every",
      "is missing: give the interval between operations of a lane, such as 100ms"
    ),
    (#"{"count": 5, "manner": "slow"}"#, "rate", "is missing: give bytes per second for each lane, such as 64KiB"),
    (#"{"count": 5, "manner": "paced", "every": "2min"}"#, "every", "2min is outside 1ms … 1min"),
    (
      #"{"count": 1000000, "manner": "paced", "every": "1ms"}"#, "every",
      "1ms makes more than 1e8 operations per second"
    ),
    (#"{"count": 5, "manner": "slow", "rate": "1000B"}"#, "rate", "1000B is outside 1KiB … 1GiB"),
    (#"{"count": 5, "manner": "idle", "size": "1B"}"#, "size", "is not a field; there are count, manner, every, rate"),
  ]) func wrongFieldIsNamed(_ text: String, field: String, complaint: String) {
    do {
      _ = try read(text)
      Issue.record("it was read")
    } catch DecodingError.keyNotFound(let key, _) {
      #expect(key.stringValue == field && complaint.isEmpty)
    } catch DecodingError.dataCorrupted(let context) {
      #expect(context.codingPath.last?.stringValue == field)
      #expect(context.debugDescription == complaint)
    } catch {
      Issue.record(error)
    }
  }

  @Test func objectionsAreToWhatCannotBeDone() {
    let sleep = WorkloadSpec.sleep(SleepSpec())
    #expect(Self.paced.objection(to: sleep) == nil)
    #expect(Self.idle.objection(to: sleep) == "idle lanes need a connection, and sleep has none")
    #expect(Self.slow.objection(to: sleep) == "slow lanes need a connection, and sleep has none")
    var http = HTTPSpec()
    http.connection = .new
    #expect(
      Self.idle.objection(to: .http(http)) == "idle lanes hold their connection, but each operation opens a new one")
    #expect(Self.slow.objection(to: .http(http)) == nil && Self.paced.objection(to: .http(http)) == nil)
    let file = WorkloadSpec.file(FileSpec())
    #expect(Self.paced.objection(to: file) == nil)
    for spec in [Self.idle, Self.slow] {
      #expect(
        spec.objection(to: file)
          == "\(spec.manner.rawValue) lanes cannot be combined with file; use paced lanes, such as paced:16:10ms")
    }
    for spec in [Self.idle, Self.paced, Self.slow] { #expect(spec.objection(to: .echo(EchoSpec())) == nil) }
  }

  @Test func lanesBesideAFileEchoAndOthersDoTheSame() {
    #expect(WorkloadSpec.file(FileSpec()).ofBystanders == .echo(EchoSpec()))
    for workload in [WorkloadSpec.sleep(SleepSpec()), .http(HTTPSpec()), .compute(ComputeSpec()), .serve(ServeSpec())] {
      #expect(workload.ofBystanders == workload)
    }
  }

  @Test func pacedLanesShareOneRate() {
    #expect(Self.paced.arrivals == .constant(rate: 1000))
    #expect(Self.idle.arrivals == .closed && Self.slow.arrivals == .closed)
  }
}
