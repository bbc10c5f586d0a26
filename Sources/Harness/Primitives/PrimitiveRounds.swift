import Foundation
import Measurement
import Primitives
import Records
import SystemCalls

/// Measures primitives in rounds. Each round is a fresh process for one processor, and others for two, that carries out
/// every bench once, in an order of its own. So the rounds also differ in what a process keeps to its end, such as the
/// layout of its memory.
public struct PrimitiveRounds {
  /// The processors of a process, as many as `count` says; nil if this process may not use that many.
  private struct Place {
    var count: Int
    var processors: [Int]?
    /// Whether the process is started on the first of them only.
    var startsOnFirst = false
  }

  /// The time limit for a bench.
  private static let patience = Nanoseconds.seconds(60)
  /// How long a bench takes about, in seconds.
  private static let expectedSeconds = 0.09

  private let benches: [Int]
  private let rounds: Int
  private let places: [Place]

  /// - Parameters:
  ///   - names: the primitives to measure; those that only occur together with one of them are measured, too.
  ///   - rounds: from 1 on.
  public init(_ names: Set<String>, rounds: Int, on processors: Processors) {
    benches = Bench.all.indices.filter { Bench.all[$0].primitives.contains { names.contains($0.name) } }
    self.rounds = rounds
    let first = processors.client.first ?? 0
    let second = processors.allowed.first { $0 != first }
    let both = second.map { [first, $0] }
    places = [
      Place(count: 1, processors: [first]), Place(count: 2, processors: both),
      Place(count: 2, processors: both, startsOnFirst: true),
    ]
  }

  /// The names of all primitives with their descriptions, in the order of tables.
  public static let all: [(name: String, about: String)] = {
    var known: Set<String> = []
    return Bench.all.flatMap(\.primitives).filter { known.insert($0.name).inserted }.map { ($0.name, $0.about) }
  }()

  /// - Throws: if a process cannot be started or fails, or a signal asks to stop.
  public func run(report: (RunSession.Progress) -> Void) throws(HarnessFailure) -> [PrimitivesRecord.Entry] {
    try run(program: TrialRunner.program, report: report)
  }

  /// - Parameter program: the executable of the processes; tests name another one.
  func run(
    program: String, report: (RunSession.Progress) -> Void
  ) throws(HarnessFailure) -> [PrimitivesRecord.Entry] {
    ProcessControl.ignoreBrokenPipes()
    var results: [PrimitivesRecord.Key: [PrimitiveReading.Value]] = [:]
    let perRound = places.reduce(0) { $0 + ($1.processors == nil ? 0 : carriedOut(on: $1).count) }
    var done = 0
    for round in 1...rounds {
      for place in places {
        guard let processors = place.processors, !carriedOut(on: place).isEmpty else { continue }
        let seed = Schedule.seed(ofRound: round, experiment: place.count, seed: 1)
        let order = Schedule.shuffled(carriedOut(on: place), seed: seed)
        try measure(order, on: processors, startingOn: place.startsOnFirst ? [processors[0]] : processors, program) {
          reading in
          let bench = Bench.all[reading.bench]
          for (index, primitive) in bench.primitives.enumerated() {
            results[key(of: primitive, on: place), default: []].append(reading.values[index])
          }
          done += 1
        } idle: { bench in
          report(
            RunSession.Progress(
              done: done, total: rounds * perRound,
              label: "round \(round)" + (bench.map { ", \(Bench.all[$0].primitives[0].name)" } ?? ""),
              remaining: Double(rounds * perRound - done) * Self.expectedSeconds))
        }
      }
    }
    return entries(results)
  }

  private func carriedOut(on place: Place) -> [Int] {
    benches.filter {
      Bench.all[$0].processors.contains(place.count) && Bench.all[$0].startsOnFirst == place.startsOnFirst
    }
  }

  private func key(of primitive: Primitive, on place: Place) -> PrimitivesRecord.Key {
    PrimitivesRecord.Key(
      primitive.name, size: primitive.size, lanes: primitive.lanes, delay: primitive.delay, processors: place.count)
  }

  private func entries(_ results: [PrimitivesRecord.Key: [PrimitiveReading.Value]]) -> [PrimitivesRecord.Entry] {
    benches.flatMap { bench in
      Bench.all[bench].primitives.flatMap { primitive in
        places.filter { carriedOut(on: $0).contains(bench) }.map { place in
          let key = key(of: primitive, on: place)
          let values = results[key] ?? []
          let costs = values.compactMap(\.cost)
          let obstacle =
            place.processors == nil
            ? "this process may use one processor only" : values.lazy.compactMap(\.obstacle).first
          let walls = costs.compactMap(\.wall)
          return PrimitivesRecord.Entry(
            key, about: primitive.about, cpu: obstacle == nil ? costs.map(\.cpu) : nil,
            wall: obstacle == nil && walls.count == rounds ? walls : nil, obstacle: obstacle)
        }
      }
    }
  }

  /// Carries out benches in a process of their own.
  private func measure(
    _ order: [Int], on processors: [Int], startingOn first: [Int], _ program: String, take: (PrimitiveReading) -> Void,
    idle: (Int?) -> Void
  ) throws(HarnessFailure) {
    let child: ChildProcess
    do throws(Errno) {
      child = try Affinity.on(first) { () throws(Errno) in
        try ChildProcess(program, [Children.primitivesCommand])
      }
    } catch {
      throw HarnessFailure("cannot start a child process: \(error)")
    }
    child.send(TrialRunner.json(PrimitivePlan(benches: order, processors: processors)))
    for bench in order {
      idle(bench)
      let line = try TrialRunner.await(child, patience: Self.patience) { idle(bench) }
      guard let line, let reading: PrimitiveReading = TrialRunner.decode(line), reading.bench == bench else {
        throw HarnessFailure(
          "\(Bench.all[bench].primitives[0].name): \(TrialRunner.verdict(child, after: Self.patience)); "
            + "measure the others by their names")
      }
      take(reading)
    }
    _ = child.wait()
  }
}

/// The plan that a round's process reads from its standard input.
private struct PrimitivePlan: Codable {
  /// Indices into the list of all benches.
  var benches: [Int]
  var processors: [Int]
}

/// The line that a round's process prints for each bench.
private struct PrimitiveReading: Codable {
  var bench: Int
  /// One per primitive of the bench.
  var values: [Value]

  struct Value: Codable {
    var cost: Cost?
    var obstacle: String?
  }
}

extension Children {
  /// Carries out the benches that standard input names.
  static func runPrimitives() -> Never {
    let plan: PrimitivePlan = readPlan()
    prepare(cpus: plan.processors)
    followParent()
    for index in plan.benches {
      let bench = Bench.all[index]
      let values: [PrimitiveReading.Value]
      do {
        values = try bench.costs(on: plan.processors).map { PrimitiveReading.Value(cost: $0) }
      } catch {
        values = bench.primitives.map { _ in PrimitiveReading.Value(obstacle: "\(error)") }
      }
      answer(PrimitiveReading(bench: index, values: values))
    }
    _exit(0)
  }
}
