import Plan
import SystemCalls
import Workloads

/// The data file of a trial, as a mode has it open. A loop of several has its part.
struct OpenFile {
  let descriptor: Int32
  /// How many requests may be under way at once in a ring of the kernel's.
  let depth: Int

  init(_ path: String, _ spec: FileSpec) throws(Errno) {
    self.init(descriptor: try DataFile.open(path, for: spec), depth: spec.depth)
  }

  private init(descriptor: Int32, depth: Int) {
    self.descriptor = descriptor
    self.depth = depth
  }

  /// Nobody uses it any more.
  func close() { DataFile.close(descriptor) }

  func part(_ part: Int, of arrangement: Arrangement) -> OpenFile {
    OpenFile(descriptor: descriptor, depth: arrangement.permits(depth, of: part))
  }

  @inline(__always)
  func perform(_ request: FileRequest) -> Int { request.perform(on: descriptor) }
}

/// A lane's request of the data file that waits for its turn.
struct FileTurn: BitwiseCopyable {
  let lane: UInt32
  let request: FileRequest
}
