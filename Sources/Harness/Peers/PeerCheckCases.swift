import Measurement
import Plan
import Records
import Workloads

extension PeerCheck {
  /// One trial with its expected result.
  struct Case {
    var name: String
    var experiment: Experiment
    /// What is wrong with an otherwise valid record; nil if nothing is.
    var objection: (TrialRecord) -> String? = { _ in nil }

    func judged(_ record: TrialRecord) -> Result {
      // A disturbance by the machine does not make an answer wrong.
      let faults = record.reasons.filter { !TrialRecord.disturbances.contains(TrialRecord.name(ofReason: $0)) }
      if let fault = faults.isEmpty ? objection(record) : faults.joined(separator: "; ") {
        return Result(name: name, verdict: .failed, remark: fault)
      }
      let left = record.leavesLanesUnserved
      return Result(
        name: name, verdict: .passed,
        remark: left
          ? "\(record.lanesServed ?? 0) of \(record.lanesToServe) lanes did an operation: a result, which reports show"
          : nil)
    }

    // MARK: Clients

    static func ofClient(_ peer: Peer) -> [Case] {
      peer.manifest.drives.flatMap { kind in
        let workload = plain(kind)
        return [counted(peer, kind, workload, "2,000 operations"), windowed(peer, kind, workload)]
          + ofFeatures(peer, kind, workload) + sizes(peer, kind)
      }
    }

    private static func plain(_ kind: String) -> WorkloadSpec {
      switch kind {
      case "sleep": .sleep(SleepSpec(duration: .milliseconds(1)))
      case "echo": .echo(EchoSpec())
      default: .http(HTTPSpec())
      }
    }

    /// A fixed number of operations has a known checksum.
    private static func counted(
      _ peer: Peer, _ kind: String, _ workload: WorkloadSpec, _ words: String, operations: UInt64 = 2_000
    ) -> Case {
      let experiment = Experiment(
        name: kind, workload: workload, modes: [peer.id], concurrency: [8], operations: operations, rounds: 1)
      let sum = (0..<operations).reduce(0) { $0 &+ PeerTally.checksum(of: $1, doing: workload) }
      let expected = PartialRecord.text(ofChecksum: sum)
      return Case(name: "\(kind): \(words)", experiment: experiment) { record in
        record.checksum == expected
          ? nil : "the checksum of the verified operations is \(record.checksum ?? "absent"), and should be \(expected)"
      }
    }

    private static func windowed(_ peer: Peer, _ kind: String, _ workload: WorkloadSpec) -> Case {
      Case(
        name: "\(kind): a window of 300ms after a warm-up of 500ms",
        experiment: Experiment(
          name: kind, workload: workload, modes: [peer.id], concurrency: [8], duration: .milliseconds(300),
          warmup: .milliseconds(500), rounds: 1)
      ) { record in
        record.coldStart?.done == 0 ? "no operation ended in the warm-up; begin operations at the start" : nil
      }
    }

    private static func ofFeatures(_ peer: Peer, _ kind: String, _ workload: WorkloadSpec) -> [Case] {
      peer.manifest.features.compactMap { feature in
        var experiment = Experiment(
          name: kind, workload: workload, modes: [peer.id], concurrency: [8], duration: .milliseconds(300), rounds: 1)
        let name = "\(kind): \(feature.rawValue)"
        switch (feature, workload) {
        case (.openLoop, _):
          experiment.arrivals = "constant"
          experiment.rates = [500]
          return Case(name: name, experiment: experiment)
        case (.limit, _):
          experiment.limits = AxisValues(2)
          return Case(name: name, experiment: experiment) { record in
            record.inFlight?.max.map { $0 > 2 ? "\($0) operations were in flight at once, with 2 permits" : nil } ?? nil
          }
        case (.newConnection, .http(var spec)):
          spec.connection = .new
          let new = counted(peer, kind, .http(spec), feature.rawValue, operations: 200)
          return Case(name: name, experiment: new.experiment) { record in
            if let fault = new.objection(record) { return fault }
            guard let connections = record.server?.connections, connections < 200 else { return nil }
            return "200 operations used only \(connections) connections; open one for each"
          }
        case (.unix, .echo(var spec)):
          spec.transport = .unix
          return counted(peer, kind, .echo(spec), feature.rawValue)
        case (.faults, .echo(var spec)):
          spec.faults = faults
          spec.timeout = faultTimeout
          experiment.workload = .echo(spec)
          return faulty(name, experiment)
        case (.faults, .http(var spec)):
          spec.faults = faults
          spec.timeout = faultTimeout
          experiment.workload = .http(spec)
          return faulty(name, experiment)
        case (.delays, .echo(var spec)):
          spec.delay = .exponential(mean: .milliseconds(1))
          return counted(peer, kind, .echo(spec), feature.rawValue, operations: 500)
        case (.delays, .http(var spec)):
          spec.delay = .exponential(mean: .milliseconds(1))
          return counted(peer, kind, .http(spec), feature.rawValue, operations: 500)
        default: return nil
        }
      }
    }

    /// Longer than the first request of a runtime that has nothing compiled yet: Java's HttpClient takes over 300 ms.
    private static var faultTimeout: Nanoseconds { .milliseconds(600) }

    private static var faults: FaultMix {
      var faults = FaultMix()
      (faults.reset, faults.truncate, faults.garbage, faults.stall) = (0.05, 0.05, 0.05, 0.02)
      return faults
    }

    /// Each fault must be counted as its own kind; the trial's validity check tests it.
    private static func faulty(_ name: String, _ experiment: Experiment) -> Case {
      var experiment = experiment
      experiment.duration = nil
      experiment.warmup = .zero
      experiment.operations = 400
      return Case(name: name, experiment: experiment)
    }

    private static func sizes(_ peer: Peer, _ kind: String) -> [Case] {
      switch kind {
      case "echo":
        var spec = EchoSpec()
        spec.size = ByteCount(100 << 10)
        return [counted(peer, kind, .echo(spec), "messages of 100KiB", operations: 200)]
      case "http":
        var spec = HTTPSpec()
        spec.size = ByteCount(100 << 10)
        spec.delay = .fixed(.milliseconds(1))
        return [counted(peer, kind, .http(spec), "replies of 100KiB after 1ms", operations: 200)]
      default: return []
      }
    }

    // MARK: Servers

    static func ofServer(_ peer: Peer) -> [Case] {
      peer.manifest.serves.flatMap { name -> [Case] in
        var echo = EchoSpec()
        echo.size = ByteCount(100 << 10)
        var http = HTTPSpec()
        http.size = ByteCount(100 << 10)
        var late = HTTPSpec()
        late.delay = .fixed(.milliseconds(2))
        var new = HTTPSpec()
        new.connection = .new
        let loads: [(String, ServeSpec.Load)] =
          name == "echo"
          ? [("messages of 64B", .echo(EchoSpec())), ("messages of 100KiB", .echo(echo))]
          : [
            ("the greeting", .http(HTTPSpec())), ("replies of 100KiB", .http(http)), ("replies after 2ms", .http(late)),
            ("new connections", .http(new)),
          ]
        return loads.map { words, load in
          Case(
            name: "serves \(name): \(words)",
            experiment: Experiment(
              name: name, workload: .serve(ServeSpec(load)), modes: [peer.id], concurrency: [8], operations: 400,
              rounds: 1)
          ) { record in
            guard words == "replies after 2ms", let least = record.latency?.service.min, least < 2_000_000 else {
              return nil
            }
            return "a reply came after \(Validity.micros(least)), before the requested delay of 2000 µs"
          }
        }
      }
    }
  }
}
