import Glibc
import Measurement
import Modes
import Records
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Harness

/// Compares what is read from outside a process with the process's own values.
@Suite(.serialized, .fewAtOnce, .endsHangs)
struct ProcessFamilyTests {
  @Test func timeOfChildrenCounts() throws {
    let child = try ChildProcess(
      "/bin/sh", ["-c", "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; read x' & wait"])
    var family = ProcessFamily(of: [child.identifier])
    let first = family.readTimes()
    while let status = family.readTimesOfAll(), status.usage.cpuTime < .milliseconds(200) {
      Interruption.pause(milliseconds: 20)
    }
    var last = family.readTimes()
    family.readNewMembers(into: &last)
    #expect((last.since(first).cpuTime ?? 0) > 150_000_000)
    family.kill()
    _ = child.wait()
  }
}

extension ProcessFamily {
  /// Nil when no process is left.
  fileprivate mutating func readTimesOfAll() -> Reading? {
    var reading = readTimes()
    readNewMembers(into: &reading)
    return reading
  }
}
