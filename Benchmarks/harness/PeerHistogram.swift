import Glibc

/// The record of another histogram, from a shared library that has the functions of peers/histogram/record.c.
struct PeerHistogram {
  private typealias Create = @convention(c) () -> UnsafeMutableRawPointer?
  private typealias Record =
    @convention(c) (UnsafeMutableRawPointer, UnsafePointer<UInt64>, Int, UInt64, _ shared: Bool) -> UInt64

  private let histogram: UnsafeMutableRawPointer
  private let record: Record

  /// dlopen(3), once and for good.
  init(library path: String) throws(Failure) {
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw Failure("cannot load --peer-histogram: \(String(cString: dlerror())); Benchmarks/peers/histogram builds it")
    }
    guard let create = dlsym(library, "peer_create"), let record = dlsym(library, "peer_record") else {
      throw Failure("\(path) is no peer: it lacks peer_create or peer_record, see Benchmarks/peers/histogram")
    }
    guard let histogram = unsafeBitCast(create, to: Create.self)() else {
      throw Failure("\(path) could not make its histogram; there is too little memory")
    }
    self.histogram = histogram
    self.record = unsafeBitCast(record, to: Record.self)
  }

  var benchmarks: [Benchmark] {
    let values = Latencies.wide
    return [("peer", false), ("peer-shared", true)].map { mode, shared in
      Benchmark("histogram-record", mode, batch: UInt64(values.count)) { batches in
        timed { record(histogram, values.baseAddress!, values.count, batches, shared) }
      }
    }
  }
}
