import Foundation
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
@Suite(.serialized, .fewAtOnce, .timeLimit(.minutes(2)))
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

  /// A worker whose parent has gone is a child of this process and is waited for, so that its CPU time is the family's.
  @Test func processWithoutItsParentIsAdoptedAndWaitedFor() throws {
    let manifest = try JSONDecoder().decode(
      PeerManifest.self,
      from: Data(
        #"{"contract": 1, "id": "orphan", "about": "x", "language": "sh", "drive": ["sh"], "drives": ["sleep"]}"#.utf8))
    let process = try PeerProcess(
      Peer(manifest, in: "/"), ["/bin/sh", "-c", "(sleep 1000 & echo ready $!); exec sleep 1000"],
      on: Affinity.current())
    let word = try process.hear("ready", patience: .seconds(10), idle: {}).get()
    let worker = try #require(pid_t(word))
    let status = try #require(ProcFile.text(of: "/proc/\(worker)/stat").flatMap { ProcessStatus($0) })
    #expect(status.parent == getpid())
    process.end()
    #expect(kill(worker, 0) != 0)
    #expect(waitpid(worker, nil, WNOHANG) == -1, "it was waited for")
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
