import Records
import Testing

@testable import Reporting

/// Additional connections are reported; those of bystanders, and one per address, are not additional.
struct ConnectionNoteTests {
  private static func note(_ opened: UInt64, bystanders: Int = 0, targets: [String] = []) -> Bool {
    var trial = TinyRun.trial("epoll", concurrency: 4)
    var workload: [String: JSONValue] = ["kind": .string("http"), "connection": .string("keep-alive")]
    if !targets.isEmpty { workload["targets"] = .array(targets.map { .string($0) }) }
    trial.workload = .object(workload)
    trial.connectionsOpened = opened
    if bystanders > 0 {
      let busy = TrialRecord.LaneClass(count: 4, operations: .init(), latency: nil)
      trial.lanes = [
        TrialRecord.LaneClass.busy: busy, "paced": .init(count: bystanders, operations: .init(), latency: nil),
      ]
    }
    return Report(TinyRun.run([trial])).render(.text, width: 200, color: false).contains("connections opened")
  }

  @Test func connectionsThatLanesKeepAreNotTold() {
    #expect(!Self.note(4) && !Self.note(8) && Self.note(10))
    #expect(!Self.note(104, bystanders: 100) && Self.note(1040, bystanders: 100))
    let targets = ["http://a:8000/x", "http://a:8000/y", "http://b/", "http://c/"]
    #expect(!Self.note(12, targets: targets) && Self.note(26, targets: targets))
  }
}
