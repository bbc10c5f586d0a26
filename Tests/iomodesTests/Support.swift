import Foundation
import Glibc
import Records
import Synchronization
import SystemCalls
import TestSupport
import Testing

/// The programs under test, as they were built beside the tests.
enum Executable {
  static let path = program("iomodes")

  static func program(_ name: String) -> String {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let folders = [bundle, CommandLine.arguments[0]].map { ($0 as NSString).deletingLastPathComponent }
    let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
    let candidates = (folders + [root + "/.build/debug", root + "/.build/release"]).map { "\($0)/\(name)" }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
  }
}

/// How a process ended, and its output.
struct Ending: Sendable {
  /// The exit code, or 128 and the number of the signal that ended it.
  var code: Int32
  var output: String
  var errors: String

  /// Of standard error.
  var complaints: [Substring] { errors.split(separator: "\n") }
}

/// A process that a test started, leader of a group of its own.
struct Running: Sendable {
  let identifier: pid_t
  private let folder: String

  var outputSoFar: String { (try? String(contentsOfFile: folder + "/stdout", encoding: .utf8)) ?? "" }

  /// - Parameters:
  ///   - folder: the working folder; what the process prints is kept in it too.
  init(_ arguments: [String], of path: String = Executable.path, in folder: String) throws {
    self.folder = folder
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, folder + "/stdout", writing, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, folder + "/stderr", writing, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The threads of the pool, one of which this is, block signals; a child would inherit that.
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    // A shell without job control has what it starts in the background ignore these two.
    var interruptions = sigset_t()
    sigemptyset(&interruptions)
    sigaddset(&interruptions, SIGINT)
    sigaddset(&interruptions, SIGQUIT)
    posix_spawnattr_setsigdefault(&attributes, &interruptions)
    // POSIX_SPAWN_SETSID, which Glibc's module lacks: a session of its own, and so a group.
    let flags = Int16(0x80) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, flags)
    let settings = ["PATH=/usr/bin:/bin", "HOME=\(folder)", "TMPDIR=\(folder)", "LC_ALL=C.UTF-8", "NO_COLOR=1"]
    // The shell changes the folder, and then becomes the program.
    let words = ["/usr/bin/env", "-i", "-C", folder] + settings + [path] + Self.amidOtherTests(arguments)
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var identifier = pid_t()
    let code = posix_spawn(&identifier, words[0], &actions, &attributes, pointers, nil)
    guard code == 0 else { throw Errno(code) }
    self.identifier = identifier
  }

  /// The load of the other tests would make each of its trials invalid.
  private static func amidOtherTests(_ arguments: [String]) -> [String] {
    let isPlain = arguments.first == "run" && !arguments.contains("--resume") && !arguments.contains("--foreign-load")
    return isPlain ? ["run", "--foreign-load", "100000%"] + arguments.dropFirst() : arguments
  }

  /// Waits for its end, without a thread of the pool.
  func ended() async throws -> Ending {
    let identifier = identifier
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
      do {
        try Thread(name: "wait") {
          var status: Int32 = 0
          while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
          continuation.resume(returning: status)
        }.detach()
      } catch {
        continuation.resume(throwing: error)
      }
    }
    let errors = try String(contentsOfFile: folder + "/stderr", encoding: .utf8)
    return Ending(
      code: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f, output: outputSoFar, errors: errors)
  }

  /// Whether it has ended, and has not been waited for.
  var hasEnded: Bool {
    let text = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)
    return text?.split(separator: ")").last?.hasPrefix(" Z") ?? true
  }

  func signal(_ number: Int32) { kill(identifier, number) }
  /// As Ctrl-C at a terminal does.
  func signalGroup(_ number: Int32) { kill(-identifier, number) }

  /// Kills its group, and waits for it. A child that nobody waits for keeps Swift Testing from seeing how a test in a
  /// process of its own ends: its thread waits for any child, and finds that one again and again.
  func end() {
    signalGroup(SIGKILL)
    while waitpid(identifier, nil, 0) < 0 && errno == EINTR {}
  }

  /// The processes of its session that still run, itself left out.
  var children: [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { candidate in
      guard candidate != identifier, let text = try? String(contentsOfFile: "/proc/\(candidate)/stat", encoding: .utf8),
        let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 3
      else { return false }
      // After the name: state, parent, process group, session.
      return fields[0] != "Z" && fields[0] != "X" && fields[3] == "\(identifier)"
    }
  }
}

/// Runs the program to its end, four of them at once at most: the kernel's autogroups give each session as much of the
/// processors as this whole process (sched(7)), so that beside forty programs its threads wait for seconds.
func iomodes(_ arguments: [String], in folder: String) async throws -> Ending {
  try await programs.withOne { try await Running(arguments, in: folder).ended() }
}

private let programs = Turns(4)

func iomodes(_ arguments: String..., in folder: String) async throws -> Ending {
  try await iomodes(arguments, in: folder)
}

/// Runs the program until all points have a valid trial, five times at most: other tests may keep the processors from it.
/// - Returns: how the last one ended, and its folder in `folder`.
func validRun(_ arguments: [String], in folder: String) async throws -> (ending: Ending, run: String) {
  var run = "out0"
  var ending = try await iomodes(arguments + ["--output", run], in: folder)
  for attempt in 1...4 where ending.code == 3 {
    run = "out\(attempt)"
    ending = try await iomodes(arguments + ["--output", run], in: folder)
  }
  return (ending, run)
}

/// Kills the program as soon as it has children, none of which may be left.
func expectNoChildLeft(ofKilled arguments: [String]) async throws {
  try await withFolder { folder in
    let running = try Running(arguments, in: folder)
    #expect(
      try await eventually {
        !running.children.isEmpty
      } then: {
        running.signal(SIGKILL)
      })
    _ = try await running.ended()
    #expect(try await eventually(within: 5) { running.children.isEmpty })
  }
}

/// Starts the built-in server on its own, and waits for its address.
func serving(_ arguments: [String], in folder: String) async throws -> (Running, SocketAddress) {
  let running = try Running(["serve"] + arguments, in: folder)
  #expect(try await eventually { running.outputSoFar.hasSuffix("\n") })
  let line = running.outputSoFar.prefix { $0 != "\n" }
  #expect(line.hasPrefix("listening on "))
  return (running, try SocketAddress(parsing: String(line.dropFirst("listening on ".count))))
}

/// A port that nobody holds, for a server that has to be told one: below those that the system gives to connections, each of
/// which may take any of those at any time.
func freePort() throws -> UInt16 {
  let range = try String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
  let end = min(range.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 32_768, 30_000)
  let first = 10_000 + Int(getpid()) % (end - 10_000)
  return try handedOut.withLock { handedOut in
    for port in (Array(first..<end) + Array(10_000..<first)).map({ UInt16($0) }) where !handedOut.contains(port) {
      guard let socket = try? Socket.listen(on: SocketAddress(host: "127.0.0.1", port: port)) else { continue }
      socket.close()
      handedOut.insert(port)
      return port
    }
    throw Errno(EADDRINUSE)
  }
}

private let handedOut = Mutex<Set<UInt16>>([])

/// A folder of its own for a test, removed afterwards.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let path = FileManager.default.temporaryDirectory.path + "/iomodes-test-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try await body(path)
}

/// Checks a condition repeatedly, and acts at once when it holds; false if it never did. It has its own thread, because
/// the pool may be busy with other tests for seconds.
func eventually(
  within seconds: Double = 20, _ condition: @escaping @Sendable () -> Bool,
  then act: @escaping @Sendable () -> Void = {}
) async throws -> Bool {
  let end = Date() + seconds
  return try await withCheckedThrowingContinuation { continuation in
    do {
      try Thread(name: "eventually") {
        var isSo = condition()
        while !isSo && Date() < end {
          _ = poll(nil, 0, 5)
          isSo = condition()
        }
        if isSo { act() }
        continuation.resume(returning: isSo)
      }.detach()
    } catch {
      continuation.resume(throwing: error)
    }
  }
}

/// The complete lines of the trials that a run has recorded so far.
func recordedTrials(_ run: String) -> Int {
  let data = FileManager.default.contents(atPath: run + "/trials.jsonl") ?? Data()
  return data.count { $0 == UInt8(ascii: "\n") }
}

/// The number of recorded trials that are not repeats: the machine may disturb some.
func plannedTrials(_ run: String) -> Int {
  let text = (try? String(contentsOfFile: run + "/trials.jsonl", encoding: .utf8)) ?? ""
  return text.split(separator: "\n").count { !$0.contains("\"repeats\":") }
}
