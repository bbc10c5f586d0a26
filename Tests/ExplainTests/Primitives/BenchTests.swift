import Glibc
import Measurement
import SystemCalls
import Testing

@testable import Primitives

/// Measurements with known answers. Ratios and differences are known on any machine.
@Suite(.serialized) struct BenchTests {
  /// The least that each sample takes in several rounds, because whatever else runs only adds to it. The rounds end when
  /// the answer is as known.
  private func least(_ samples: [() -> Double], _ isAsKnown: ([Double]) -> Bool) -> [Double] {
    var least = samples.map { _ in Double.infinity }
    for _ in 0..<60 where !isAsKnown(least) { least = zip(least, samples).map { min($0, $1()) } }
    return least
  }

  private func cpu(
    _ bodies: [@Sendable (_ turns: Int) -> Void], _ isAsKnown: ([Double]) -> Bool
  ) throws -> [Double] {
    let processors = try Affinity.current()
    return least(
      bodies.map { body in
        {
          let sampler = Sampler(processors: processors, window: .milliseconds(2))
          sampler.sample { body($0) }
          return sampler.costs[0].cpu
        }
      }, isAsKnown)
  }

  /// Runs until the clock has advanced, so that it also has what a reading of the clock takes.
  private static func spin(_ nanoseconds: UInt64) {
    let end = MonotonicClock.now + Nanoseconds(nanoseconds)
    while MonotonicClock.now < end {}
  }

  @Test func twoKernelEntriesCostTwiceOne() throws {
    func ratio(_ measured: [Double]) -> Double { measured[1] / measured[0] }
    let known = 1.8...2.2
    let measured = try cpu([
      { turns in for _ in 0..<turns { getppid() } },
      { turns in
        for _ in 0..<turns {
          getppid()
          getppid()
        }
      },
    ]) { known.contains(ratio($0)) }
    #expect(known.contains(ratio(measured)), "\(measured)")
  }

  @Test func spinIsMeasuredAsLongAsItIs() throws {
    let known = 1700.0...2300
    func difference(_ measured: [Double]) -> Double { measured[1] - measured[0] }
    let measured = try cpu([
      { turns in for _ in 0..<turns { Self.spin(1000) } }, { turns in for _ in 0..<turns { Self.spin(3000) } },
    ]) { known.contains(difference($0)) }
    #expect(known.contains(difference(measured)), "\(measured)")
  }

  @Test func occurrencesOfATurnShareItsCost() throws {
    let known = 3.4...4.6
    func ratio(_ measured: [Double]) -> Double { measured[0] / measured[1] }
    let measured = least(
      [1, 4].map { occurrences in
        {
          let sampler = Sampler(processors: [0], window: .milliseconds(2))
          sampler.sample(occurrences) { turns in for _ in 0..<turns { Self.spin(4000) } }
          return sampler.costs[0].cpu
        }
      }
    ) { known.contains(ratio($0)) }
    #expect(known.contains(ratio(measured)), "\(measured)")
  }

  /// What the clocks take is not part of what they time.
  @Test func piecesCostWhatTheWholeDoes() throws {
    let known = 0.8...1.25
    func ratio(_ measured: [Double]) -> Double { measured[1] / measured[0] }
    func part(_ index: Int) -> Double {
      let sampler = Sampler(processors: [0], window: .milliseconds(4))
      sampler.sample(parts: 2) { turns, meter in
        meter.time(0, turns) { for _ in 0..<turns { Self.spin(2000) } }
        for _ in 0..<turns { meter.time(1, 1) { Self.spin(2000) } }
      }
      return sampler.costs[index].cpu
    }
    let measured = least([{ part(0) }, { part(1) }]) { known.contains(ratio($0)) }
    #expect(known.contains(ratio(measured)), "\(measured)")
  }

  @Test func sleepTakesElapsedTimeAndNearlyNoCPUTime() {
    let sampler = Sampler(processors: [0], window: .milliseconds(10), batches: 1)
    sampler.sample(parts: 1) { turns, meter in
      meter.time(0, turns, by: .callingThread) { for _ in 0..<turns { usleep(2000) } }
    }
    #expect(sampler.costs[0].wall ?? 0 >= 2e6 && sampler.costs[0].cpu < 1e6, "\(sampler.costs)")
  }

  @Test func costsOfABatchAreMadeOfItsParts() {
    let sampler = Sampler(processors: [0], window: Nanoseconds(1), batches: 3)
    sampler.sample(parts: 3) { turns, meter in
      meter.add(Cost(cpu: 30, wall: 60), to: 0, 3)
      meter.add(Cost(cpu: 4, wall: 4), to: 1, 1)
      meter.add(.zero, to: 2, 5)
    } costs: {
      [$0[0] - $0[1], $0.total(0) / $0.count(2)]
    }
    #expect(sampler.costs == [Cost(cpu: 6, wall: 16), Cost(cpu: 6, wall: 12)])
  }

  @Test func differenceToSomethingWithoutElapsedTimeHasNone() {
    let whole = Cost(cpu: 5, wall: 7)
    #expect(whole - Cost(cpu: 2, wall: 3) == Cost(cpu: 3, wall: 4))
    #expect(whole - Cost(cpu: 2, wall: nil) == Cost(cpu: 3, wall: nil) && (whole.withoutWall / 5).cpu == 1)
  }

  /// With one batch that another program has disturbed, the median is that of the others.
  @Test func disturbedBatchDoesNotCount() {
    let sampler = Sampler(processors: [0], window: Nanoseconds(1), batches: 5)
    var batch = 0.0
    sampler.sample(parts: 1) { _, meter in
      batch += 1
      meter.add(Cost(cpu: batch == 4 ? 1000 : 7, wall: batch == 4 ? 1000 : 7), to: 0, 1)
    }
    #expect(sampler.costs == [Cost(cpu: 7, wall: 7)])
  }

  /// A thing of 3 that has switches of 10, once a half of one and once two.
  @Test func whatSwitchesCostIsToldFromWhatHasThem() {
    let (few, many) = (Switching(cpu: 8, switches: 0.5), Switching(cpu: 23, switches: 2))
    #expect(Switching.ownCost(few, many) == 3)
    #expect(few.costOfSwitch(besides: 3) == 10 && many.costOfSwitch(besides: 3) == 10)
  }

  // MARK: The table

  @Test func noTwoPrimitivesAreTheSame() {
    let primitives = Bench.all.flatMap(\.primitives)
    #expect(Set(primitives).count == primitives.count)
    for primitive in primitives {
      #expect(primitive.name.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(primitive.name)")
      #expect(!primitive.about.hasSuffix(".") && primitive.about.count <= 110, "\(primitive.about)")
    }
    for bench in Bench.all { #expect(!bench.processors.isEmpty && bench.processors.isSubset(of: [1, 2])) }
  }

  @Test func primitivesOfOneNameAreTheSameThing() {
    let byName = Dictionary(grouping: Bench.all.flatMap(\.primitives), by: \.name)
    for (name, primitives) in byName { #expect(Set(primitives.map(\.about)).count == 1, "\(name)") }
  }

  /// What a bench measures is finite, and it leaves the affinity as it was.
  @Test(arguments: Bench.all.indices) func benchMeasuresWhatItNames(_ index: Int) throws {
    let bench = Bench.all[index]
    let processors = try Affinity.current()
    for count in bench.processors where count <= processors.count {
      let costs: [Cost]
      do {
        costs = try bench.costs(
          measuredBy: Sampler(
            processors: Array(processors.prefix(count)), window: .microseconds(100), batches: 1))
      } catch let obstacle as Obstacle {
        #expect(!obstacle.description.isEmpty && !obstacle.description.hasSuffix("."))
        continue
      }
      #expect(costs.count == bench.primitives.count)
      for cost in costs { #expect(cost.cpu.isFinite && cost.wall?.isFinite != false) }
    }
    #expect(try Affinity.current() == processors)
  }
}
