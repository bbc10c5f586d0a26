import Glibc
import Measurement
import Modes
import Plan
import SystemCalls
import Workloads

extension Bench {
  /// Reads of a file from the page cache: the lane, the call or request, and the way through a pool of threads.
  static let files =
    sizes.map(lane) + [reads] + sizes.map(requests)
    + [
      hop("loop-pool-hop", of: "a loop", by: .epoll), hop("loop-task-pool-hop", of: "a loop's task", by: .executor),
      hop("task-pool-hop", of: "a task on the default executor", by: .taskgroup),
    ]

  private static let sizes = [4 << 10, 64 << 10]

  /// As suites have it.
  private static let threads = 8

  private static func spec(_ size: Int, span: ByteCount = FileSpec().span) -> FileSpec {
    var spec = FileSpec()
    spec.size = ByteCount(size)
    spec.span = span
    return spec
  }

  // MARK: The lane

  /// The file is a single block, which the lane has already, so that it need not be read again.
  private static func lane(size: Int) -> Bench {
    Bench("file-lane", "a read of a file: the client's lane alone, with clock readings, check and record", size: size) {
      sampler in
      let spec = spec(size, span: ByteCount(size))
      let recorder = Recorder.allocate(shared: false)
      let now = MonotonicClock.now
      let trial = UnsafeMutablePointer<TrialState>.allocate(capacity: 1)
      trial.initialize(to: TrialState(asked: nil, opens: now, closes: now + .seconds(3600), timeout: .zero))
      let group = UnsafeMutablePointer<LaneGroup>.allocate(capacity: 1)
      group.initialize(to: LaneGroup(trial: trial, recorder: recorder))
      defer {
        group.deinitialize(count: 1)
        group.deallocate()
        trial.deinitialize(count: 1)
        trial.deallocate()
        recorder.deallocate()
      }
      var lane = ClientLane(FileConversation(spec, layout: FileLayout(spec, seed: 1)), in: group)
      var step = lane.begin(now: MonotonicClock.now)
      guard case .file(.read(let block, at: 0)) = step else { throw Obstacle("the lane reads nothing") }
      _ = FileStamp.write(block, first: 0, version: FileStamp.asMade)
      var reads: UInt64 = 0
      try sampler.sample { turns in
        for _ in 0..<turns {
          guard case .file = step else { throw Obstacle("the lane reads no more") }
          step = lane.resume(.transferred(size, now: MonotonicClock.now))
        }
        reads += UInt64(turns)
      }
      guard recorder.done == reads else { throw Obstacle("the lane found wrong content") }
    }
  }

  // MARK: The call

  /// A data file that is in the page cache, and random places in it.
  private struct Reader {
    private let layout: FileLayout
    private let block: UnsafeMutableRawBufferPointer
    private var operation: UInt64 = 0
    let descriptor: Int32

    init(_ spec: FileSpec, _ path: String) throws {
      layout = FileLayout(spec, seed: 1)
      descriptor = try DataFile.open(path, for: spec)
      block = .allocate(byteCount: layout.size, alignment: FileSpec.directUnit)
    }

    func end() {
      DataFile.close(descriptor)
      block.deallocate()
    }

    mutating func next() -> FileRequest {
      operation += 1
      return .read(block, at: Int64(layout.block(of: operation)) * Int64(layout.size))
    }
  }

  /// - Parameter sizes: those of the readers.
  private static func withReaders(_ sizes: [Int], _ body: (inout [Reader]) throws -> Void) throws {
    let folder = try ScratchFolder(in: getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
    defer { folder.remove() }
    let path = "\(folder.path)/data"
    try DataFile.make(path, span: FileSpec().span)
    var readers = try sizes.map { try Reader(spec($0), path) }
    defer { for reader in readers { reader.end() } }
    try body(&readers)
  }

  /// All sizes in one bench, because making the file takes longer than they do.
  private static var reads: Bench {
    Bench(
      sizes.map {
        Primitive("file-read", "pread(2) from the page cache, at random places of a file of 64 MiB", size: $0)
      }
    ) { sampler in
      try withReaders(sizes) { readers in
        try sampler.sample(parts: sizes.count) { turns, meter in
          for place in sizes.indices {
            try meter.time(place, turns) {
              for _ in 0..<turns {
                guard readers[place].next().perform(on: readers[place].descriptor) == sizes[place] else {
                  throw Obstacle("the file could not be read")
                }
              }
            }
          }
        }
      }
    }
  }

  /// As the mode `uring` makes them, on one ring.
  private static func requests(size: Int) -> Bench {
    let count = 64
    return Bench(
      "uring-file-read", "a read request from the page cache with its completion, besides io_uring_enter(2)", size: size
    ) { sampler in
      if let reason = Uring.unavailability { throw Obstacle(reason) }
      try withReaders([size]) { readers in
        var ring = try Uring(entries: 1024)
        try ring.register(file: readers[0].descriptor)
        try sampler.sample(parts: 2) { turns, meter in
          meter.time(1, turns) { for _ in 0..<turns { ring.submitAndWait(least: 0, timeout: -1) } }
          try meter.time(0, turns * count) {
            for _ in 0..<turns {
              for request in 0..<count { ring.perform(readers[0].next(), data: UInt64(request)) }
              ring.submitAndWait(least: UInt32(count), timeout: -1)
              for _ in 0..<count {
                guard let completion = ring.nextCompletion(), completion.result == size else {
                  throw Obstacle("the file could not be read")
                }
              }
            }
          }
        } costs: {
          [$0[0] - $0[1] / Double(count)]
        }
      }
    }
  }

  // MARK: The pool

  /// The lanes of a mode, all of which hand over work at once.
  private static func hop(_ name: String, of who: String, by mode: ModeID) -> Bench {
    let regimes = [(lanes: 1, turns: 1000), (lanes: 64, turns: 40)]
    return Bench(
      regimes.map {
        Primitive(
          name, "work of \(who) that a pool of \(threads) threads takes, and its result, with all switches",
          lanes: $0.lanes)
      }, on: [1, 2], startsOnFirst: mode == .taskgroup
    ) { sampler in
      sampler.take(
        try regimes.map { regime in
          let spent = try Spending.of(turns: regime.turns, after: regime.turns / 4) { turns in
            try Rally.offload(lanes: regime.lanes, turns: turns, toPoolOf: threads, by: mode)
          }
          return Cost(cpu: spent.cpu / Double(regime.lanes * regime.turns), wall: nil)
        })
    }
  }
}
