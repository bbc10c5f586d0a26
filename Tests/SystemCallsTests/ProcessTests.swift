import Glibc
import Synchronization
import SystemCalls
import TestSupport
import Testing

/// Runs `body` on a thread of its own, whose affinity and counters nobody else changes.
private func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    do {
      try Thread(name: "test") { continuation.resume(with: Result { try body() }) }.detach()
    } catch {
      continuation.resume(throwing: error)
    }
  }
}

@Suite(.endsHangs) struct ChildProcessTests {
  @Test func childAnswersLineByLine() throws {
    let child = try ChildProcess("/bin/cat", [])
    child.send("one")
    child.send("")
    child.send("two, é")
    #expect(child.readLine(timeout: 10_000) == .text("one"))
    #expect(child.readLine(timeout: 10_000) == .text(""))
    #expect(child.readLine(timeout: 10_000) == .text("two, é"))
    #expect(child.readLine(timeout: 1) == .nothing)
    child.closeInput()
    #expect(child.readLine(timeout: 10_000) == .ended)
    #expect(child.wait() == .exited(0))
    #expect(child.wait() == .exited(0))
  }

  @Test func lineLongerThanAPipeComesWhole() throws {
    let child = try ChildProcess("/bin/cat", [])
    let line = String(repeating: "x", count: 40_000)
    child.send(line)
    #expect(child.readLine(timeout: 10_000) == .text(line))
  }

  @Test func partsOfMoreThanAPipeHoldsAreTakenWithoutWaiting() throws {
    let bytes = [UInt8](repeating: 7, count: 500_000)
    let child = try ChildProcess("/bin/sh", ["-c", "sleep 0.2; wc -c"])
    var sent = 0
    var waits = 0
    while sent < bytes.count {
      let part = try #require(child.sendPart(of: bytes, from: sent))
      sent += part
      if part == 0 {
        waits += 1
        usleep(1000)
      }
    }
    #expect(waits > 0)
    #expect(child.finish().output == "500000\n")
  }

  @Test func childThatHasEndedTakesNoPart() throws {
    ProcessControl.ignoreBrokenPipes()
    let child = try ChildProcess("/bin/sh", ["-c", "exec <&-; echo closed"])
    #expect(child.readLine(timeout: 10_000) == .text("closed"))
    #expect(child.sendPart(of: [1], from: 0) == nil)
  }

  @Test(arguments: [0, 3, 255] as [Int32]) func exitCodeIsTold(code: Int32) throws {
    let child = try ChildProcess("/bin/sh", ["-c", "exit \(code)"])
    #expect(child.wait() == .exited(code))
    #expect(ChildProcess.End.exited(code).description == "exit code \(code)")
  }

  @Test func signalThatEndedTheChildIsTold() throws {
    // One that cannot be blocked: the threads of the pool block the others, and a child inherits that.
    let child = try ChildProcess("/bin/sh", ["-c", "kill -KILL $$"])
    #expect(child.wait() == .signalled(SIGKILL))
    #expect(ChildProcess.End.signalled(SIGKILL).description == "signal 9 (Killed)")
    let other = try ChildProcess("/bin/cat", [])
    other.kill()
    #expect(other.wait() == .signalled(SIGKILL))
  }

  @Test func controlIsTheChildsThirdDescriptor() throws {
    let (near, far) = try Socket.pair(tcp: false, blocking: true)
    let child = try ChildProcess("/bin/sh", ["-c", "cat <&3"], control: far.descriptor)
    far.close()
    _ = try Array("through three\n".utf8).withUnsafeBytes { try near.sendAll($0) }
    #expect(child.readLine(timeout: 10_000) == .text("through three"))
    near.close()
    #expect(child.wait() == .exited(0))
  }

  @Test func programThatIsMissingIsAnError() {
    let error = #expect(throws: Errno.self) { _ = try ChildProcess("/nothing/here", []) }
    #expect(error?.symbol == "ENOENT")
  }

  @Test func childIsKilledAndReapedWhenNobodyHoldsIt() throws {
    let identifier: pid_t = try {
      let child = try ChildProcess("/bin/cat", [])
      child.send("x")
      #expect(child.readLine(timeout: 10_000) == .text("x"))
      return child.identifier
    }()
    // A zombie would still be there.
    #expect(Glibc.kill(identifier, 0) == -1 && errno == ESRCH)
  }

  @Test func childThatHasEndedByItselfIsReapedWhenNobodyHoldsIt() throws {
    let identifier: pid_t = try {
      let child = try ChildProcess("/bin/sh", ["-c", "echo done"])
      #expect(child.readLine(timeout: 10_000) == .text("done"))
      #expect(child.readLine(timeout: 10_000) == .ended)
      return child.identifier
    }()
    #expect(Glibc.kill(identifier, 0) == -1 && errno == ESRCH)
  }
}

@Suite(.endsHangs) struct ProcessControlTests {
  @Test func affinityIsThatOfTheThreadAndOfThoseThatItStarts() async throws {
    let before = try Affinity.current()
    let (own, started) = try await onThread {
      try Affinity.set([before[before.count - 1]])
      let seen = Mutex<[Int]>([])
      let thread = try Thread(name: "started") {
        let current = (try? Affinity.current()) ?? []
        seen.withLock { $0 = current }
      }
      thread.join()
      return (try Affinity.current(), seen.withLock { $0 })
    }
    #expect(own == [before[before.count - 1]] && started == own)
    #expect(try Affinity.current() == before)
    #expect(before == before.sorted())
  }

  @Test(arguments: [[], [4095]]) func affinityIsRefusedWhereItNamesNoProcessor(_ processors: [Int]) async {
    await #expect(throws: Errno.self) { try await onThread { try Affinity.set(processors) } }
  }

  @Test func callsAreCountedByThreadAndProcess() async throws {
    let process = SystemCall.count
    let calls = try await onThread {
      let (near, far) = try Socket.pair(tcp: false, blocking: true)
      let before = SystemCall.countOfThread
      for _ in 0..<100 {
        let bytes: [UInt8] = [1]
        _ = bytes.withUnsafeBytes { near.send($0) }
        var buffer: [UInt8] = [0]
        _ = buffer.withUnsafeMutableBytes { far.receive(into: $0) }
      }
      let counted = SystemCall.countOfThread - before
      near.close()
      far.close()
      return counted
    }
    #expect(calls == 200)
    // The thread has ended, but its counts remain.
    #expect(SystemCall.count >= process + 203)
  }

  @Test func descriptorLimitIsRead() {
    let limit = ProcessControl.descriptorLimit
    #expect(limit.soft > 0 && limit.soft <= limit.hard)
  }
}
