#if SLOWED
  import CLinux
  import Glibc
  import Measurement
  import Synchronization
  import SystemCalls

  /// Slows each operation of a client's lanes down by something of known cost, so that what finds it can be tested:
  /// `Benchmarks/explain/known_answers.py`. Only builds with `-Xswiftc -DSLOWED` have it.
  @usableFromInline
  enum Slowdown: String, CaseIterable, Sendable {
    /// A system call: getpid(2).
    case getpid
    /// A hand-over to another thread and back: four calls of futex(2), of which two wait.
    case futex
    /// A block of 1 KiB: malloc(3), free(3).
    case malloc
    /// 200 ns of computing, for which no primitive stands.
    case spin

    /// Chosen by the environment; nil slows nothing down.
    private static let chosen: Slowdown? = {
      guard let name = getenv("IOMODES_SLOWDOWN").map({ String(cString: $0) }), !name.isEmpty else { return nil }
      guard let slowdown = Slowdown(rawValue: name) else {
        fatalError("IOMODES_SLOWDOWN is '\(name)'; name one of \(allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return slowdown
    }()

    /// To be called once for each operation, on the thread that has its lane.
    @usableFromInline @inline(never)
    static func apply() {
      switch chosen {
      case nil: break
      case .getpid: _ = Glibc.getpid()
      case .futex: Partner.ofThread.handOver()
      case .malloc:
        let block = Glibc.malloc(1024)!
        block.storeBytes(of: 0, as: Int.self)
        sink.store(UInt64(UInt(bitPattern: block)), ordering: .relaxed)
        free(block)
      case .spin: spin(spinSteps)
      }
    }

    /// Keeps the compiler from leaving out what nobody else looks at.
    private static let sink = Atomic<UInt64>(0)

    // MARK: Spinning

    /// Each computation begins with the result of another one, so that the compiler cannot reuse results. Reading the clock
    /// waits for the steps, which would otherwise overlap with what comes next.
    private static func spin(_ steps: UInt64) {
      let work = Computation(iterations: steps, seed: sink.load(ordering: .relaxed))
      sink.store(work.result(), ordering: .relaxed)
      _ = MonotonicClock.now
    }

    /// The steps that take 200 ns, from the shortest times of a few and of many, which nothing disturbed.
    private static let spinSteps: UInt64 = {
      let (few, many): (UInt64, UInt64) = (64, 1088)
      func time(_ steps: UInt64) -> Double {
        let turns = 50
        let times = (0..<50).map { _ in
          let start = MonotonicClock.now
          for _ in 0..<turns { spin(steps) }
          return MonotonicClock.now.since(start).count
        }
        return Double(times.min() ?? 0) / Double(turns)
      }
      let (least, most) = (time(few), time(many))
      let ofStep = (most - least) / Double(many - few)
      return UInt64(max(1, Double(few) + (200 - least) / ofStep))
    }()

    // MARK: Handing over

    /// A thread that answers the one that it belongs to. It ends with the process.
    private final class Partner: @unchecked Sendable {
      private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
      }()

      /// That of the calling thread.
      static var ofThread: Partner {
        if let known = pthread_getspecific(key) { return Unmanaged.fromOpaque(known).takeUnretainedValue() }
        let partner = Partner()
        pthread_setspecific(key, Unmanaged.passRetained(partner).toOpaque())
        return partner
      }

      private let asked = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
      private let answered = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
      private var turn: UInt32 = 0

      private init() {
        asked.initialize(to: 0)
        answered.initialize(to: 0)
        do throws(Errno) {
          try Thread(name: "partner", stackSize: 64 << 10) { [self] in
            var turn: UInt32 = 0
            while true {
              Self.wait(for: asked, after: turn)
              turn &+= 1
              Self.store(turn, in: answered)
            }
          }.detach()
        } catch {
          fatalError("a partner could not start: \(error)")
        }
      }

      func handOver() {
        let last = turn
        turn &+= 1
        Self.store(turn, in: asked)
        Self.wait(for: answered, after: last)
      }

      private static func store(_ turn: UInt32, in word: UnsafeMutablePointer<UInt32>) {
        cl_store_release(word, turn)
        cl_futex_wake(word, 1)
      }

      private static func wait(for word: UnsafeMutablePointer<UInt32>, after turn: UInt32) {
        while cl_load_acquire(word) == turn { cl_futex_wait(word, turn) }
      }
    }
  }
#endif
