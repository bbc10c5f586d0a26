import Plan
import SystemCalls
import Workloads

/// The data file of a trial, open. Each of several loops has its part of the depth.
struct OpenFile {
  let descriptor: Int32
  /// The number of file requests that an io_uring may have in flight.
  let depth: Int

  init(_ path: String, _ spec: FileSpec) throws(Errno) {
    self.init(descriptor: try DataFile.open(path, for: spec), depth: spec.depth)
  }

  private init(descriptor: Int32, depth: Int) {
    self.descriptor = descriptor
    self.depth = depth
  }

  /// Closes the file, which nobody may use any more.
  func close() { DataFile.close(descriptor) }

  func part(_ part: Int, of arrangement: Arrangement) -> OpenFile {
    OpenFile(descriptor: descriptor, depth: arrangement.permits(depth, of: part))
  }

  @inline(__always)
  func perform(_ request: FileRequest) -> Int { request.perform(on: descriptor) }
}

/// A lane's request to the data file that waits for its turn.
struct FileTurn: BitwiseCopyable {
  let lane: UInt32
  let request: FileRequest
}
