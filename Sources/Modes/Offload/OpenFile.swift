import SystemCalls
import Workloads

/// The data file of a trial, and how a mode reaches it. A loop of several has its part.
struct OpenFile {
  let descriptor: Int32
  /// The threads that make the calls; nil where whoever carries the lanes makes them.
  let pool: OffloadPool?
  /// How many requests may be under way at once in a ring of the kernel's.
  let depth: Int

  /// - Parameter threads: of a pool; nil for none.
  init(_ path: String, _ spec: FileSpec, threads: Int?, _ arrangement: Arrangement) throws(Errno) {
    descriptor = try DataFile.open(path, for: spec)
    depth = spec.depth
    do throws(Errno) {
      pool = try threads.map { (count) throws(Errno) in
        try OffloadPool(threads: count, lanes: arrangement.lanes, loops: arrangement.parts)
      }
    } catch {
      DataFile.close(descriptor)
      throw error
    }
  }

  private init(descriptor: Int32, pool: OffloadPool?, depth: Int) {
    self.descriptor = descriptor
    self.pool = pool
    self.depth = depth
  }

  /// Nobody uses it any more.
  func close() {
    pool?.stop()
    DataFile.close(descriptor)
  }

  func part(_ part: Int, of arrangement: Arrangement) -> OpenFile {
    OpenFile(
      descriptor: descriptor, pool: pool?.slice(from: arrangement.range(of: part).lowerBound, loop: part),
      depth: arrangement.permits(depth, of: part))
  }

  @inline(__always)
  func perform(_ request: FileRequest) -> Int { request.perform(on: descriptor) }
}

/// A lane's request of the data file that waits for its turn.
struct FileTurn: BitwiseCopyable {
  let lane: UInt32
  let request: FileRequest
}
