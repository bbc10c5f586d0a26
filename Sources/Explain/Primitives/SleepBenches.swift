import Glibc
import Measurement
import Modes
import SystemCalls

extension Bench {
  /// Sleeps, with all that they take: the call, its timer, the switch to other threads and back, cold caches.
  static let sleeps: [Bench] = [
    sleep("nanosleep", "a clock_nanosleep(2) of a thread of the mode dispatch") { lanes, delay in
      // Dispatch keeps the threads that it makes now.
      try Rally.sleep(lanes: lanes, for: .microseconds(200), turns: 1, by: .dispatch)
      return { turns in try Rally.sleep(lanes: lanes, for: delay, turns: turns, by: .dispatch) }
    },
    sleep("epoll-timer", "a wait in epoll_pwait2(2) that a timer ends", lanes: [1]) { _, delay in
      let watch = try Watch(of: [])
      return { turns in for _ in 0..<turns { _ = watch.wait(timeout: Int64(delay.count)) } }
    },
    taskSleep,
  ]

  /// How often each delay is slept. Many lanes need many turns until they have spread.
  private static func turns(of lanes: Int) -> [(delay: Nanoseconds, turns: Int, warmUp: Int)] {
    lanes == 1
      ? [(.microseconds(200), 100, 10), (.milliseconds(2), 25, 2), (.milliseconds(20), 4, 1)]
      : [(.microseconds(200), 100, 100), (.milliseconds(2), 40, 40), (.milliseconds(20), 3, 3)]
  }

  private struct Point {
    var lanes: Int
    var delay: Nanoseconds
    var turns: Int
    var warmUp: Int

    func primitive(_ name: String, _ about: String) -> Primitive {
      Primitive(name, about, lanes: lanes, delay: Int(delay.count))
    }

    /// What the sleepers spend, and how long the processors idle while each of them sleeps once.
    func spent(on processors: Int, _ sleep: (_ turns: Int) throws -> Void) throws -> (all: Spending, idle: Double) {
      let all = try Spending.of(turns: turns, after: warmUp, sleep)
      return (all, max(0, all.wall * Double(processors) - all.cpu) / Double(turns))
    }
  }

  private static func points(_ lanes: [Int]) -> [Point] {
    lanes.flatMap { lanes in
      turns(of: lanes).map { Point(lanes: lanes, delay: $0.delay, turns: $0.turns, warmUp: $0.warmUp) }
    }
  }

  private static func sleep(
    _ name: String, _ about: String, lanes: [Int] = [1, 64],
    _ sleepers: @escaping @Sendable (_ lanes: Int, _ delay: Nanoseconds) throws -> (_ turns: Int) throws -> Void
  ) -> Bench {
    let points = points(lanes)
    return Bench(points.map { $0.primitive(name, about) }) { sampler in
      sampler.take(
        try points.map { point in
          let (all, idle) = try point.spent(
            on: sampler.processors.count, sleepers(point.lanes, point.delay))
          return Cost(cpu: all.cpu / Double(point.lanes * point.turns), wall: idle)
        })
    }
  }

  /// Tasks share the switches of their threads. So a sleep has a cost of its own, and each switch has one. Both follow from
  /// a lane alone, which has several switches for each sleep, and many lanes that leave the processor no idle time, which
  /// have few.
  private static var taskSleep: Bench {
    let points = points([1, 64])
    let (alone, busy) = (0, points.firstIndex { $0.lanes > 1 }!)
    return Bench(
      [Primitive("task-timer", "Task.sleep(nanoseconds:) without the switches of its threads")]
        + points.map {
          $0.primitive("task-sleep", "a switch of threads where tasks wait in Task.sleep(nanoseconds:)")
        }, on: [1, 2]
    ) { sampler in
      let spent = try points.map { point in
        try point.spent(on: sampler.processors.count) { turns in
          runTask {
            await withDiscardingTaskGroup { group in
              for _ in 0..<point.lanes {
                group.addTask { for _ in 0..<turns { try? await Task.sleep(nanoseconds: point.delay.count) } }
              }
            }
          }
        }
      }
      let sleeps = points.indices.map { place in
        let count = Double(points[place].lanes * points[place].turns)
        return Switching(
          cpu: spent[place].all.cpu / count,
          switches: max(spent[place].all.switches, Double(points[place].turns)) / count)
      }
      guard sleeps[alone].switches > sleeps[busy].switches else {
        throw Obstacle("threads switched as often for each sleep of many tasks as for those of one")
      }
      let timer = Switching.ownCost(sleeps[busy], sleeps[alone])
      sampler.take(
        [Cost(cpu: timer, wall: nil)]
          + points.indices.map {
            Cost(cpu: sleeps[$0].costOfSwitch(besides: timer), wall: spent[$0].idle)
          })
    }
  }
}

/// What something takes that has switches of threads, and how many.
struct Switching {
  /// Nanoseconds.
  var cpu: Double
  var switches: Double

  /// What it takes without its switches: the same in two measurements with different numbers of them.
  static func ownCost(_ few: Switching, _ many: Switching) -> Double {
    few.cpu - few.switches * (many.cpu - few.cpu) / (many.switches - few.switches)
  }

  func costOfSwitch(besides own: Double) -> Double { (cpu - own) / switches }
}
