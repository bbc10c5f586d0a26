import Glibc
import Measurement
import Modes
import Records
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Harness

/// What is read of a process from outside, beside what it tells of itself.
@Suite(.serialized, .fewAtOnce, .timeLimit(.minutes(2)))
struct ProcessFamilyTests {
  /// A window of over a second of processor time: this process, which keeps itself busy, reads itself in both ways.
  @Test func readingsFromInsideAndOutsideAgreeWithinOnePercent() throws {
    var family = ProcessFamily(of: [getpid()])
    let inside = ResourceUsage.current()
    var first = family.readTimes()
    family.readDetails(into: &first)
    let end = MonotonicClock.now + .milliseconds(1_500)
    while MonotonicClock.now < end {}
    var last = family.readTimes()
    let used = ResourceUsage.current().since(inside)
    family.readNewMembers(into: &last)
    family.readDetails(into: &last)
    let outside = last.since(first)
    let (told, seen) = (Double(used.cpuTime.count), Double(try #require(outside.cpuTime)))
    #expect(abs(seen - told) <= 0.01 * told, "\(seen) from outside, \(told) from inside")
    #expect((outside.threadsPeak ?? 0) >= 1 && (outside.descriptorsPeak ?? 0) >= 3)
    let peak = Double(try #require(outside.memoryPeak))
    #expect(abs(peak - Double(try #require(ProcFile.peakMemory))) <= 0.05 * peak)
  }

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
  /// Nil once nobody is left.
  fileprivate mutating func readTimesOfAll() -> Reading? {
    var reading = readTimes()
    readNewMembers(into: &reading)
    return reading
  }
}
