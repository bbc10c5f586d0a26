import Foundation
import Glibc
import Harness
import Measurement
import Records
import TestSupport
import Testing

/// Runs over several hosts, which are network namespaces.
@Suite(
  .serialized, .fewAtOnce, .enabled(if: Namespaces.absence == nil, "\(Namespaces.absence ?? "")"),
  .endsHangs)
struct HostRunTests {
  /// All hosts are one machine, which other tests load.
  private static let launch = "\(Namespaces.program ?? "ip") netns exec {host}"
  private static let patient = ["--start-skew", "10s", "--launch", launch]

  private func run(_ words: [String], rounds: Int = 1, in folder: String) async throws -> Run {
    let output = "out\(UUID().uuidString.prefix(4))"
    let ending = try await iomodes(
      ["run", "--seed", "7", "--rounds", "\(rounds)", "--quiet", "--output", output] + words, in: folder)
    #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
    return try RunFolder(path: "\(folder)/\(output)").read()
  }

  @Test(arguments: ["echo", "http"]) func operationsAreTheSameOnAnyNumberOfHosts(_ workload: String) async throws {
    try await Namespaces.with(5) { namespaces in
      try await withFolder { folder in
        let work = ["--workload", workload, "--operations", "503", "--concurrency", "9"]
        let alone = try await run(work, in: folder).trials.filter { $0.repeats == nil }
        #expect(alone.count == 4)
        for count in [1, 2, 4] {
          let hosts = namespaces.hosts.prefix(count + 1).joined(separator: ",")
          let shared = try await run(work + ["--hosts", hosts] + Self.patient, in: folder)
          let trials = shared.trials.filter { $0.repeats == nil }
          #expect(trials.count == 4)
          for (one, other) in zip(alone, trials) {
            let place = "\(other.mode) on \(count): \(other.reasons)"
            #expect(other.valid || other.wasDisturbed, "\(place)")
            #expect(
              one.mode == other.mode && one.checksum == other.checksum && one.bytes?.received == other.bytes?.received,
              "\(place)")
            #expect(other.operations == one.operations && other.latency?.service.count == 503, "\(place)")
            #expect(other.server?.operationsDone == 503, "\(place)")
            let load = (other.hosts ?? []).filter { $0.role == .load }
            #expect(load.map(\.name) == Array(namespaces.hosts[1...count]), "\(place)")
            #expect(load.compactMap(\.operations?.done).reduce(0, +) == 503, "\(place)")
            #expect(try Self.histogram(ofAll: load) == other.latency?.service.histogram, "\(place)")
            #expect(load.compactMap(\.latency?.service.max).max() == other.latency?.service.max, "\(place)")
            // One kernel has one clock.
            for host in other.hosts ?? [] {
              let clock = try #require(host.clock)
              #expect(clock.offset.magnitude <= clock.bound && clock.bound > 0, "\(place)")
            }
            #expect((other.startSkew?.found ?? .max) <= (other.startSkew?.most ?? 0) || count == 1, "\(place)")
          }
          let cluster = try #require(shared.record.cluster)
          #expect(
            cluster.address == namespaces.address(0)
              && cluster.hosts.map(\.name) == Array(namespaces.hosts.prefix(count + 1)))
          #expect(Set(cluster.hosts.map(\.build)).count == 1 && Set(cluster.hosts.map(\.boot)).count == 1)
          #expect(cluster.hosts.dropFirst().allSatisfy { ($0.roundTrip ?? 0) > 0 })
        }
      }
    }
  }

  /// The hosts' own rows, merged.
  private static func histogram(ofAll hosts: [TrialRecord.Host]) throws -> String {
    var sum = LatencyHistogram()
    for host in hosts { sum.merge(try LatencyHistogram(encoded: try #require(host.latency?.service.histogram))) }
    return sum.encoded()
  }

  /// One host's clock is a day ahead, another's lines come late.
  @Test func clockOfAHostIsFoundWithinItsBound() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        let program = Namespaces.program ?? "ip"
        try """
        host=$1; shift
        case $host in
        *-2) exec unshare -T --monotonic 86400 --fork --kill-child \(program) netns exec "$host" "$@" ;;
        *-3) \(program) netns exec "$host" "$@" |
          while IFS= read -r line; do
            sleep 0.005
            printf '%s\\n' "$line"
          done ;;
        *) exec \(program) netns exec "$host" "$@" ;;
        esac
        """.write(toFile: folder + "/launch", atomically: true, encoding: .utf8)
        let run = try await run(
          [
            "--workload", "echo", "--operations", "20", "--concurrency", "2", "--modes", "epoll",
            "--hosts", namespaces.hosts.joined(separator: ","), "--start-skew", "10s",
            "--launch", "/bin/sh \(folder)/launch {host}",
          ], rounds: 20, in: folder)
        #expect(run.trials.count >= 20)
        for trial in run.trials {
          #expect(trial.valid || trial.wasDisturbed, "\(trial.reasons)")
          for (host, truth) in zip(trial.hosts ?? [], [0, 86_400_000_000_000, 0]) {
            let clock = try #require(host.clock)
            #expect((clock.offset - truth).magnitude <= clock.bound, "\(host.name): \(clock)")
            let after = try #require(clock.offsetAfter)
            #expect((after - truth).magnitude <= clock.boundAfter ?? 0, "\(host.name): \(clock)")
          }
          #expect((trial.hosts?.last?.clock?.bound ?? 0) >= 2_500_000)
          #expect((trial.startSkew?.most ?? 0) >= 2_500_000)
        }
      }
    }
  }

  @Test func windowOfADurationIsCountedOnBothSides() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        let run = try await run(
          [
            "--workload", "http", "--delay", "1ms", "--duration", "200ms", "--concurrency", "1,16", "--hosts",
            namespaces.hosts.joined(separator: ","),
          ]
            + Self.patient, in: folder)
        for trial in run.trials {
          #expect(
            !trial.reasons.contains { $0.hasPrefix("server-count") || $0.hasPrefix("broken") }, "\(trial.reasons)")
          #expect(trial.wall == 200_000_000)
          // One lane is of one host.
          #expect(trial.hosts?.count == (trial.concurrency == 1 ? 2 : 3))
        }
      }
    }
  }

  @Test func observerMeasuresBesideTheLoad() async throws {
    try await Namespaces.with(4) { namespaces in
      // On a machine that does other things besides, a window of 500 ms may have nothing in it.
      var trials: [TrialRecord] = []
      for _ in 0..<5 where !trials.contains(where: \.valid) {
        trials = try await withFolder { folder in
          let run = try await run(
            [
              "--workload", "http", "--delay", "1ms", "--duration", "500ms", "--concurrency", "8", "--modes",
              "epoll,dispatch", "--hosts", namespaces.hosts.joined(separator: ","), "--observer", namespaces.hosts[2],
            ]
              + Self.patient, in: folder)
          #expect(run.record.cluster?.hosts.map(\.role) == [.server, .load, .load, .observer])
          return run.trials
        }
      }
      let valid = trials.filter(\.valid)
      #expect(!valid.isEmpty, "\(trials.map(\.reasons))")
      for trial in valid {
        let load = (trial.hosts ?? []).filter { $0.role == .load }
        #expect(load.map(\.name) == [namespaces.hosts[1], namespaces.hosts[3]])
        #expect(load.compactMap(\.operations?.done).reduce(0, +) == trial.operations.done)
        let observer = try #require(trial.observer)
        #expect(observer.name == namespaces.hosts[2] && observer.processes == 1)
        // A hundred per second, and those of the warm-up that were late.
        #expect((10...61).contains(observer.operations?.done ?? 0), "\(observer)")
        #expect(observer.latency?.service.count == observer.operations?.done)
        #expect((observer.latency?.service.min ?? 0) >= 1_000_000)
        #expect(observer.clock != nil && observer.startLate != nil && observer.machine != nil)
      }
    }
    try await withFolder { folder in
      let words = ["--workload", "echo", "--operations", "20", "--hosts", "a,b,c", "--observer", "c"]
      let counted = try await iomodes(["run", "--output", "none"] + words, in: folder)
      #expect(counted.code == 2 && counted.errors.contains("which needs a duration"), "\(counted.errors)")
    }
  }

  @Test func experimentsUseTheHostsThatTheyNeed() async throws {
    try await Namespaces.with(4) { namespaces in
      try await withFolder { folder in
        let common = #""workload": {"kind": "echo"}, "modes": ["epoll"], "concurrency": [4], "duration": "200ms""#
        try """
        {"name": "s", "experiments": [
          {"name": "one", \(common), "hosts": {"load": 1, "observer": false}},
          {"name": "two", \(common), "hosts": {"load": 2, "observer": true}}]}
        """.write(toFile: folder + "/s.json", atomically: true, encoding: .utf8)
        let run = try await run(
          [
            "s.json", "--hosts", namespaces.hosts.joined(separator: ","), "--observer", namespaces.hosts[3],
          ] + Self.patient, in: folder)
        for trial in run.trials {
          #expect(trial.valid || trial.wasDisturbed, "\(trial.reasons)")
          #expect(
            trial.hosts?.map(\.name) == (trial.experiment == "one" ? Array(namespaces.hosts[0...1]) : namespaces.hosts))
          #expect((trial.observer != nil) == (trial.experiment == "two") && trial.machine == nil)
        }
        let report = try await iomodes("report", run.record.runID, "--format", "md", in: folder)
        #expect(report.output.contains("| \(namespaces.hosts[3]) | observer |"), "\(report.output)")
      }
    }
  }

  @Test func nothingIsLeftWhenTheLeaderIsKilled() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        let hosts = ["--hosts", namespaces.hosts.joined(separator: ",")] + Self.patient
        let running = try Running(
          [
            "run", "--workload", "echo", "--duration", "30s", "--modes", "blocking,epoll", "--rounds", "1", "--output",
            "out", "--quiet",
          ] + hosts,
          in: folder)
        #expect(try await eventually { running.children.count == 3 })
        kill(running.identifier, SIGKILL)
        _ = try await running.ended()
        #expect(try await eventually(within: 5) { running.children.isEmpty })
      }
    }
  }

  @Test(arguments: [("--child-client", "client: on host '"), ("--child-server", "on host '")])
  func trialThatLosesAProcessIsBroken(_ victim: String, _ reason: String) async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        let hosts = ["--hosts", namespaces.hosts.joined(separator: ",")] + Self.patient
        let running = try Running(
          [
            "run", "--workload", "echo", "--duration", "1s", "--concurrency", "4", "--modes", "epoll", "--rounds", "2",
            "--output", "out", "--quiet",
          ]
            + hosts, in: folder)
        let isKilled = try await eventually {
          let victims = running.children.filter {
            (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8))?.contains(victim) ?? false
          }
          guard let last = victims.last else { return running.hasEnded }
          return kill(last, SIGKILL) == 0
        }
        #expect(isKilled)
        let ending = try await running.ended()
        #expect([0, 3].contains(ending.code), "\(ending.errors)")
        let trials = try RunFolder(path: folder + "/out").read().trials
        #expect(trials.count >= 2 && trials.count { $0.reasons.first?.hasPrefix("broken: ") ?? false } <= 1)
        for trial in trials where trial.reasons.first?.hasPrefix("broken: ") ?? false {
          #expect(!trial.valid && trial.operations.done == nil && trial.reasons[0].contains(reason), "\(trial.reasons)")
        }
        #expect(try await eventually(within: 5) { running.children.isEmpty })
      }
    }
  }

  /// As when an allocation is revoked, the launcher can start nothing any more.
  @Test func runStopsWhereNothingStartsAnyMoreAndIsResumed() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        try """
        if [ -e revoked ]; then echo "srun: error: allocation revoked" >&2; exit 1; fi
        exec \(Namespaces.program ?? "ip") netns exec "$@"
        """.write(toFile: folder + "/launch", atomically: true, encoding: .utf8)
        let running = try Running(
          [
            "run", "--workload", "echo", "--operations", "200", "--concurrency", "4", "--modes", "epoll", "--rounds",
            "30", "--output", "out", "--quiet", "--hosts", namespaces.hosts.joined(separator: ","), "--start-skew",
            "10s", "--launch", "/bin/sh launch {host}",
          ], in: folder)
        let isRevoked = try await eventually {
          recordedTrials(folder + "/out") >= 1
        } then: {
          _ = FileManager.default.createFile(atPath: folder + "/revoked", contents: nil)
        }
        #expect(isRevoked)
        let ending = try await running.ended()
        #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.errors)")
        for part in [
          "no process can be started any more on host '\(namespaces.hosts[0].dropLast())",
          "its last words: srun: error: allocation revoked; ", "`iomodes run --resume out`",
        ] {
          #expect(ending.errors.contains(part), "\(ending.errors)")
        }
        let before = try RunFolder(path: folder + "/out").read().trials
        #expect(!before.contains { $0.reasons.first?.hasPrefix("broken: ") ?? false })
        try FileManager.default.removeItem(atPath: folder + "/revoked")
        let next = try await iomodes(["run", "--resume", "out", "--quiet"], in: folder)
        #expect([0, 3].contains(next.code), "\(next.errors)")
        let after = try RunFolder(path: folder + "/out").read().trials
        #expect(Array(after.prefix(before.count)) == before && plannedTrials(folder + "/out") == 30)
        #expect(!after.contains { $0.reasons.first?.hasPrefix("broken: ") ?? false })
        #expect(try await eventually(within: 5) { running.children.isEmpty })
      }
    }
  }

  /// As `docker exec` does, the launcher keeps the input of what it has started open when its own ends.
  @Test func processesEndThemselvesWhenTheirLauncherKeepsTheirInputOpen() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        try """
        { while IFS= read -r line; do printf '%s\\n' "$line"; done; sleep 60; } |
          \(Namespaces.program ?? "ip") netns exec "$@"
        """.write(toFile: folder + "/launch", atomically: true, encoding: .utf8)
        let running = try Running(
          [
            "run", "--workload", "echo", "--duration", "60s", "--modes", "epoll", "--rounds", "1", "--output", "out",
            "--quiet", "--patient", "--hosts", namespaces.hosts.joined(separator: ","), "--start-skew", "10s",
            "--launch",
            "/bin/sh \(folder)/launch {host}",
          ], in: folder)
        @Sendable func working() -> Int {
          Self.processes("--child-client", of: running).count + Self.processes("--child-server", of: running).count
        }
        #expect(try await eventually { working() == 3 })
        // Its lease holds them for longer than they would stay without.
        try await Task.sleep(for: .seconds(12))
        #expect(working() == 3 && !running.hasEnded)
        kill(running.identifier, SIGKILL)
        _ = try await running.ended()
        #expect(try await eventually(within: 15) { working() == 0 })
        for launcher in running.children { kill(launcher, SIGKILL) }
      }
    }
  }

  @Test(arguments: ["client", "server"]) func silentHostIsLostLongBeforeTheTrialWouldEnd(_ part: String) async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        let running = try Running(
          [
            "run", "--workload", "echo", "--duration", "100s", "--concurrency", "4", "--modes", "epoll", "--rounds",
            "1", "--output", "out", "--quiet", "--patient", "--hosts", namespaces.hosts.joined(separator: ","),
          ] + Self.patient, in: folder)
        #expect(try await eventually { Self.processes("--child-client", of: running).count == 2 })
        try await Task.sleep(for: .seconds(3))
        // The last one: the leader waits for the first.
        let stopped = try #require(Self.processes("--child-\(part)", of: running).max())
        kill(stopped, SIGSTOP)
        #expect(try await eventually(within: 30) { recordedTrials(folder + "/out") > 0 })
        running.signal(SIGINT)
        _ = try await running.ended()
        let trial = try #require(try RunFolder(path: folder + "/out").read().trials.first)
        #expect(!trial.valid && trial.operations.done == nil)
        #expect(
          trial.reasons.first?.hasPrefix("broken: \(part): on host '") ?? false
            && trial.reasons.first?.contains("it was silent for 10 s") ?? false, "\(trial.reasons)")
        #expect(try await eventually(within: 5) { running.children.isEmpty })
      }
    }
  }

  private static func processes(_ word: String, of running: Running) -> [pid_t] {
    running.children.filter { process in
      let words = (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8))?.split(separator: "\0")
      // A launcher has the same words, and more.
      return words?.dropFirst().first.map { $0 == word } ?? false
    }
  }

  @Test func doctorExaminesEachHostAndTheWaysBetween() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        let hosts = ["doctor", "--hosts", namespaces.hosts.joined(separator: ","), "--launch", Self.launch]
        let text = try await iomodes(hosts, in: folder)
        #expect(text.code == 0, "\(text.errors)")
        for line in [
          "host \(namespaces.hosts[0]) (server)", "host \(namespaces.hosts[2]) (load)", "all hosts", "launchers",
        ] {
          #expect(text.output.split(separator: "\n").contains { $0 == line }, "\(text.output)")
        }
        #expect(
          text.output.contains("  netns       ip netns exec {host}\n")
            || text.output.hasSuffix("ip netns exec {host}\n"))
        let json = try await iomodes(hosts + ["--format", "json"], in: folder)
        let doctor = try JSONDecoder().decode(Examination.self, from: Data(json.output.utf8))
        #expect(doctor.hosts.map(\.name) == namespaces.hosts)
        for host in doctor.hosts {
          #expect(host.findings.contains { $0.name == "clock" } && !host.findings.contains { $0.name == "gnuplot" })
        }
        #expect(doctor.findings.map(\.name) == ["launcher", "machines", "address", "start"])
        #expect(
          doctor.findings[1].found
            == "1: \(namespaces.hosts.joined(separator: ", ")) are one (they have the same boot id)")
        #expect(doctor.findings[1].severity == .note && doctor.findings[2].severity == .fine)
        #expect(doctor.findings[2].found.hasPrefix("\(namespaces.address(0)) of \(namespaces.hosts[0]), reached in "))
      }
    }
  }

  private struct Examination: Decodable {
    struct Host: Decodable {
      var name: String
      var findings: [Finding]
    }

    var findings: [Finding]
    var hosts: [Host]
  }

  @Test func hostThatIsNotThereEndsTheRunBeforeItBegins() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        ["run", "quick", "--output", "out", "--hosts", "iomodes-none1,iomodes-none2", "--launch", Self.launch],
        in: folder)
      #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains("on host 'iomodes-none1': it ended without an answer"), "\(ending.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
    }
  }
}
