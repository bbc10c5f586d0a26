import CLinux
import Glibc

/// An io_uring(7) of one thread: requests are written into a ring that is shared with the kernel, submitted together, and
/// answered through another ring, in whatever order they come to an end. Only the thread that made it may use it, and
/// requests are cancelled when that thread ends.
@frozen public struct Uring: ~Copyable {
  public let descriptor: Int32
  @usableFromInline let requests: UnsafeMutablePointer<io_uring_sqe>
  @usableFromInline let completions: UnsafeMutablePointer<io_uring_cqe>
  @usableFromInline let submissionHead: UnsafeMutablePointer<UInt32>
  @usableFromInline let submissionTail: UnsafeMutablePointer<UInt32>
  @usableFromInline let submissionFlags: UnsafeMutablePointer<UInt32>
  @usableFromInline let completionHead: UnsafeMutablePointer<UInt32>
  @usableFromInline let completionTail: UnsafeMutablePointer<UInt32>
  @usableFromInline let requestCount: UInt32
  @usableFromInline let completionMask: UInt32
  /// The end of what was written, and the beginning of what was not read.
  @usableFromInline var tail: UInt32 = 0
  @usableFromInline var head: UInt32 = 0
  private let rings: UnsafeMutableRawBufferPointer

  /// What became of a request.
  @frozen public struct Completion: Sendable {
    /// What the request's `user_data` was.
    public let data: UInt64
    /// As of the system call it stands for, an error as its negative number.
    public let result: Int32
    @usableFromInline let flags: UInt32

    @inlinable init(_ entry: io_uring_cqe) {
      data = entry.user_data
      result = entry.res
      flags = entry.flags
    }

    /// The same request will have further completions.
    @inlinable public var hasMore: Bool { flags & UInt32(IORING_CQE_F_MORE) != 0 }
    /// The buffer that the kernel has chosen from a `BufferRing`.
    @inlinable public var buffer: UInt16? {
      flags & UInt32(IORING_CQE_F_BUFFER) != 0 ? UInt16(truncatingIfNeeded: flags >> 16) : nil
    }
  }

  /// io_uring_setup(2), and the memory shared with the kernel.
  /// - Parameter entries: how many requests can be written between two submissions; a power of two.
  public init(entries: UInt32) throws(Errno) {
    let opened = try Self.open(entries)
    let parameters = opened.parameters
    descriptor = opened.descriptor
    rings = opened.rings
    requests = opened.requests.baseAddress!.assumingMemoryBound(to: io_uring_sqe.self)
    requestCount = parameters.sq_entries
    completionMask = parameters.cq_entries - 1
    let base = rings.baseAddress!
    func word(_ offset: UInt32) -> UnsafeMutablePointer<UInt32> {
      (base + Int(offset)).assumingMemoryBound(to: UInt32.self)
    }
    submissionHead = word(parameters.sq_off.head)
    submissionTail = word(parameters.sq_off.tail)
    submissionFlags = word(parameters.sq_off.flags)
    completionHead = word(parameters.cq_off.head)
    completionTail = word(parameters.cq_off.tail)
    completions = (base + Int(parameters.cq_off.cqes)).assumingMemoryBound(to: io_uring_cqe.self)
    // The kernel looks requests up by an array of indices; here request i always has index i.
    for index in 0..<requestCount { word(parameters.sq_off.array)[Int(index)] = index }
  }

  deinit {
    munmap(requests, Int(requestCount) * MemoryLayout<io_uring_sqe>.stride)
    munmap(rings.baseAddress, rings.count)
    _ = Glibc.close(descriptor)
  }

  private struct Opened {
    var descriptor: Int32
    var parameters: io_uring_params
    var rings: UnsafeMutableRawBufferPointer
    var requests: UnsafeMutableRawBufferPointer
  }

  private static func open(_ entries: UInt32) throws(Errno) -> Opened {
    let (descriptor, parameters) = try setUp(entries)
    let ringSize = max(
      Int(parameters.sq_off.array + parameters.sq_entries * 4),
      Int(parameters.cq_off.cqes) + Int(parameters.cq_entries) * MemoryLayout<io_uring_cqe>.stride)
    let requestSize = Int(parameters.sq_entries) * MemoryLayout<io_uring_sqe>.stride
    var rings: UnsafeMutableRawBufferPointer?
    do throws(Errno) {
      rings = try map(descriptor, ringSize, at: UInt64(IORING_OFF_SQ_RING))
      let requests = try map(descriptor, requestSize, at: UInt64(IORING_OFF_SQES))
      return Opened(descriptor: descriptor, parameters: parameters, rings: rings!, requests: requests)
    } catch {
      if let rings { munmap(rings.baseAddress, rings.count) }
      _ = Glibc.close(descriptor)
      throw error
    }
  }

  /// What the kernel does for this ring it does when the thread waits, without interrupting it (Linux 6.1); where it
  /// does not know that, when the thread next enters it.
  private static func setUp(_ entries: UInt32) throws(Errno) -> (Int32, io_uring_params) {
    let common = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE
    do throws(Errno) {
      return try setUp(entries, flags: common | IORING_SETUP_DEFER_TASKRUN)
    } catch {
      guard error.rawValue == EINVAL else { throw error }
      return try setUp(entries, flags: common)
    }
  }

  private static func setUp(_ entries: UInt32, flags: UInt32) throws(Errno) -> (Int32, io_uring_params) {
    var parameters = io_uring_params()
    parameters.flags = flags
    parameters.cq_entries = entries * 4
    let descriptor = try SystemCall.checked { cl_uring_setup(entries, &parameters) }
    return (descriptor, parameters)
  }

  private static func map(_ ring: Int32, _ size: Int, at offset: UInt64) throws(Errno) -> UnsafeMutableRawBufferPointer
  {
    let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | Int32(MAP_POPULATE), ring, Int(offset))
    if base == MAP_FAILED { throw .current }
    return UnsafeMutableRawBufferPointer(start: base, count: size)
  }

  /// io_uring_register(2).
  func register(_ operation: UInt32, _ argument: UnsafeMutableRawPointer, count: UInt32) throws(Errno) {
    try SystemCall.checked { cl_uring_register(descriptor, operation, argument, count) }
  }

  /// IORING_REGISTER_FILES of one file, which file requests are then made of.
  public func register(file: Int32) throws(Errno) {
    var file = file
    try register(UInt32(IORING_REGISTER_FILES), &file, count: 1)
  }

  // MARK: Requests

  /// A place for the next request, all zero. Where there is none left, what was written is submitted first.
  @inlinable @inline(__always)
  public mutating func makeRequest() -> UnsafeMutablePointer<io_uring_sqe> {
    while tail &- cl_load_acquire(submissionHead) == requestCount { submit() }
    let request = requests + Int(tail & (requestCount &- 1))
    tail &+= 1
    request.initialize(to: io_uring_sqe())
    return request
  }

  /// Whether the kernel has taken every request that was written.
  @inlinable public var isAllSubmitted: Bool { cl_load_acquire(submissionHead) == tail }

  /// io_uring_enter(2): submits what was written.
  @inlinable public mutating func submit() { enter(least: 0, flags: 0, timeout: -1) }

  /// io_uring_enter(2): submits what was written and waits until there are `least` completions, the time is over, or a
  /// signal comes. None at all: it only lets the kernel do what it has put off.
  /// - Parameter timeout: nanoseconds; negative waits without limit.
  @inlinable
  public mutating func submitAndWait(least: UInt32, timeout: Int64) {
    enter(least: least, flags: UInt32(IORING_ENTER_GETEVENTS), timeout: timeout)
  }

  @inlinable
  mutating func enter(least: UInt32, flags: UInt32, timeout: Int64) {
    cl_store_release(submissionTail, tail)
    cl_count_call()
    // Errors are a time that is over, a signal, or memory that will be asked for again by the next call.
    _ = cl_uring_enter(descriptor, tail &- cl_load_acquire(submissionHead), least, flags, timeout)
  }

  // MARK: Completions

  /// The next completion that has come, without waiting. Those that found no room are fetched after the others.
  @inlinable @inline(__always)
  public mutating func nextCompletion() -> Completion? {
    if head == cl_load_acquire(completionTail) {
      guard cl_load_acquire(submissionFlags) & UInt32(IORING_SQ_CQ_OVERFLOW) != 0 else { return nil }
      submitAndWait(least: 0, timeout: -1)
      guard head != cl_load_acquire(completionTail) else { return nil }
    }
    let completion = Completion(completions[Int(head & completionMask)])
    head &+= 1
    cl_store_release(completionHead, head)
    return completion
  }
}
