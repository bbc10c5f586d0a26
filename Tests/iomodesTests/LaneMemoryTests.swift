import Foundation
import Modes
import Plan
import Records
import TestSupport
import Testing

/// The memory of a sleeping lane, from the peaks at two numbers of lanes, so that the process's own memory cancels out.
/// The runtime gives a task memory in blocks of 1 kB, so a lane whose task outgrows its blocks takes one more.
@Suite(
  .serialized, .fewAtOnce, .endsHangs,
  .enabled(if: AllocationCounter.program != nil, "needs what swift build -c release builds"))
struct LaneMemoryTests {
  @Test(arguments: [(ModeID.taskgroup, 2800.0), (.executor, 2000), (.epoll, 160)])
  func aSleepingLaneTakesNoMoreBlocks(_ mode: ModeID, most: Double) async throws {
    try await withFolder { folder in
      let ending = try await Running(
        [
          "run", "--workload", "sleep", "--each", "1", "--modes", mode.rawValue, "--concurrency", "10000,40000",
          "--rounds",
          "1", "--output", "out",
        ], of: AllocationCounter.program ?? "", in: folder
      ).ended()
      // A hypervisor's load does not change memory, although it makes a trial invalid.
      #expect([0, 3].contains(ending.code), "\(ending.errors)")
      let all = try RunFolder(path: folder + "/out").read().trials
      let trials = all.filter { $0.repeats == nil }.sorted { $0.concurrency < $1.concurrency }
      let peaks = trials.compactMap { $0.client?.memoryPeak }.map { Double($0) }
      try #require(peaks.count == 2)
      #expect((peaks[1] - peaks[0]) / 30_000 < most)
    }
  }
}
