import Foundation
import Glibc
import Records
import TestSupport
import Testing

/// Hosts that lack the program or have another build, and get a copy for the run.
@Suite(
  .serialized, .fewAtOnce, .enabled(if: Namespaces.absence == nil, "\(Namespaces.absence ?? "")"),
  .endsHangs)
struct HostCopyTests {
  /// The second host lacks the program, the third one has another build, and each has its own temporary folder.
  private static let launcher = """
    host=$1; shift
    temporary=$PWD/copies-${host##*-}
    mkdir -p "$temporary"
    case "$host $1" in
    *"/copies-"*) ;;
    *"-2 "*/iomodes) echo "sh: 1: no such program" >&2; exit 127 ;;
    *"-3 "*/iomodes) shift; set -- "$PWD/other" "$@" ;;
    esac
    TMPDIR=$temporary exec IP netns exec "$host" "$@"
    """

  private static func hosts(_ namespaces: Namespaces, _ launcher: String = launcher, in folder: String) throws
    -> [String]
  {
    try launcher.replacing("IP", with: Namespaces.program ?? "ip")
      .write(toFile: folder + "/launch", atomically: true, encoding: .utf8)
    return [
      "--hosts", namespaces.hosts.joined(separator: ","), "--start-skew", "10s", "--launch", "/bin/sh launch {host}",
    ]
  }

  /// A build with another hash. In a separate process: another test's child would hold the file open, and it could not
  /// run.
  private static func makeOther(in folder: String) async throws {
    let made = try await Running(
      ["-c", "cp \(Executable.path) other && printf x >>other"], of: "/bin/sh", in: folder
    ).ended()
    #expect(made.code == 0, "\(made.errors)")
  }

  private static func copies(in folder: String) -> [String] {
    (1...3).flatMap { host in (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/copies-\(host)")) ?? [] }
  }

  private static let plan = [
    "run", "--workload", "echo", "--operations", "200", "--concurrency", "4", "--modes", "epoll", "--output", "out",
    "--quiet",
  ]

  @Test func hostsWithoutThisBuildGetACopyForTheRun() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        try await Self.makeOther(in: folder)
        let hosts = try Self.hosts(namespaces, in: folder)
        let refused = try await iomodes(Self.plan + hosts, in: folder)
        #expect(refused.code == 1 && refused.complaints.count == 1, "\(refused.errors)")
        #expect(
          refused.errors.contains(
            "on host '\(namespaces.hosts[1])': it ended without an answer (exit code 127); its last words: sh: 1: no such "
              + "program; this program must be at")
            && refused.errors.contains("; or have it copied there for the run with --copy"), "\(refused.errors)")

        let ending = try await iomodes(Self.plan + hosts + ["--rounds", "1", "--copy"], in: folder)
        #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
        let run = try RunFolder(path: folder + "/out").read()
        #expect(run.trials.count >= 1)
        for trial in run.trials {
          #expect(trial.valid || trial.wasDisturbed, "\(trial.reasons)")
          #expect(trial.operations.done == 200 && trial.hosts?.count == 3)
        }
        let all = try #require(run.record.cluster?.hosts)
        #expect(all.map(\.isCopied) == [nil, true, true] && Set(all.map(\.build)).count == 1)
        #expect(try await eventually(within: 5) { Self.copies(in: folder).isEmpty }, "\(Self.copies(in: folder))")

        let doctor = try await iomodes(["doctor"] + hosts + ["--copy"], in: folder)
        #expect(doctor.code == 0 && doctor.output.contains("host \(namespaces.hosts[2]) (load)"), "\(doctor.errors)")
        #expect(try await eventually(within: 5) { Self.copies(in: folder).isEmpty })
      }
    }
  }

  @Test func copiesGoWhenTheLeaderIsKilledAndComeAgain() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        try await Self.makeOther(in: folder)
        let hosts = try Self.hosts(namespaces, in: folder)
        let running = try Running(Self.plan + hosts + ["--rounds", "20", "--copy"], in: folder)
        #expect(try await eventually { recordedTrials(folder + "/out") >= 1 || running.hasEnded })
        #expect(Self.copies(in: folder).count == 2, "\(Self.copies(in: folder))")
        running.signal(SIGKILL)
        _ = try await running.ended()
        #expect(try await eventually(within: 5) { Self.copies(in: folder).isEmpty }, "\(Self.copies(in: folder))")
        #expect(try await eventually(within: 5) { running.children.isEmpty })
        let next = try await iomodes(["run", "--resume", "out", "--quiet"], in: folder)
        #expect([0, 3].contains(next.code), "\(next.errors)")
        #expect(plannedTrials(folder + "/out") == 20)
        #expect(try await eventually(within: 5) { Self.copies(in: folder).isEmpty })
      }
    }
  }

  /// A way to start processes on hosts, of which all but the first lack the program. All have one temporary folder.
  struct Way: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var hosts: Int
    /// How the launcher starts what is behind it.
    var start: String

    static let all = [
      Way(testDescription: "hosts share a temporary folder", hosts: 3, start: #"exec IP netns exec "$@""#),
      // As `docker exec` does, the launcher keeps the input of what it has started open when its own ends.
      Way(
        testDescription: "input stays open", hosts: 2,
        start: #"{ cat; sleep 60; } | IP netns exec "$@""#),
    ]

    var launcher: String {
      """
      mkdir -p "$PWD/copies-1"
      export TMPDIR="$PWD/copies-1"
      case "$1 $2" in
      *"/copies-"*) ;;
      *-[23]" "*/iomodes) exit 127 ;;
      esac
      \(start)
      """
    }
  }

  @Test(arguments: Way.all) func copiesGoWithTheirRun(_ way: Way) async throws {
    try await Namespaces.with(way.hosts) { namespaces in
      try await withFolder { folder in
        let hosts = try Self.hosts(namespaces, way.launcher, in: folder)
        let ending = try await iomodes(Self.plan + hosts + ["--rounds", "1", "--copy"], in: folder)
        #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
        let copied = try RunFolder(path: folder + "/out").read().record.cluster?.hosts.map(\.isCopied)
        #expect(copied == [nil] + Array(repeating: true, count: way.hosts - 1))
        #expect(try await eventually(within: 5) { Self.copies(in: folder).isEmpty }, "\(Self.copies(in: folder))")
      }
    }
  }

  @Test(arguments: [[], ["--copy"]] as [[String]]) func hostWithoutTheRuntimeOfSwiftIsToldApart(_ copy: [String])
    async throws
  {
    try await Namespaces.with(2) { namespaces in
      try await withFolder { folder in
        let launcher = """
          case "$1 $2" in
          *-2" "*)
            echo "iomodes: error while loading shared libraries: libswiftCore.so: cannot open shared object file" >&2
            exit 127 ;;
          esac
          exec IP netns exec "$@"
          """
        let hosts = try Self.hosts(namespaces, launcher, in: folder)
        let ending = try await iomodes(Self.plan + hosts + copy, in: folder)
        #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.errors)")
        #expect(
          ending.errors.contains("on host '\(namespaces.hosts[1])'") && ending.errors.contains("libswiftCore.so")
            && ending.errors.contains("`swift build -c release --static-swift-stdlib`"), "\(ending.errors)")
      }
    }
  }
}
