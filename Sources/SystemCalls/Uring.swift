import CLinux
import Glibc

/// An io_uring(7) of one thread. Requests are written into a ring shared with the kernel and submitted together.
/// Completions come through another ring, in any order. Only the thread that made the ring may use it; when that thread
/// ends, its requests are cancelled.
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
  /// The end of the requests written, and the first completion not read.
  @usableFromInline var tail: UInt32 = 0
  @usableFromInline var head: UInt32 = 0
  private let rings: UnsafeMutableRawBufferPointer

  /// The outcome of a request.
  @frozen public struct Completion: Sendable {
    /// The request's `user_data`.
    public let data: UInt64
    /// The result of the system call that the request stands for; an error is a negative errno.
    public let result: Int32
    @usableFromInline let flags: UInt32

    @inlinable init(_ entry: io_uring_cqe) {
      data = entry.user_data
      result = entry.res
      flags = entry.flags
    }

    /// Whether the same request will have further completions.
    @inlinable public var hasMore: Bool { flags & UInt32(IORING_CQE_F_MORE) != 0 }
    /// The buffer that the kernel chose from a `BufferRing`.
    @inlinable public var buffer: UInt16? {
      flags & UInt32(IORING_CQE_F_BUFFER) != 0 ? UInt16(truncatingIfNeeded: flags >> 16) : nil
    }
  }

  /// Sets up the ring and maps its memory: io_uring_setup(2).
  /// - Parameter entries: requests that can be written between two submissions; a power of two.
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
    // The kernel finds requests through an array of indices. Here entry i always holds i.
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

  /// The kernel does the ring's deferred work when the thread waits, without interrupting it (Linux 6.1). Older kernels
  /// do it when the thread next enters the kernel.
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

  /// Registers the file on which file requests act: IORING_REGISTER_FILES.
  public func register(file: Int32) throws(Errno) {
    var file = file
    try register(UInt32(IORING_REGISTER_FILES), &file, count: 1)
  }

  // MARK: Requests

  /// A zeroed entry for the next request. If the ring is full, it first submits what was written.
  @inlinable @inline(__always)
  public mutating func makeRequest() -> UnsafeMutablePointer<io_uring_sqe> {
    while tail &- cl_load_acquire(submissionHead) == requestCount { submit() }
    let request = requests + Int(tail & (requestCount &- 1))
    tail &+= 1
    request.initialize(to: io_uring_sqe())
    return request
  }

  /// Whether the kernel has taken every request written.
  @inlinable public var isAllSubmitted: Bool { cl_load_acquire(submissionHead) == tail }

  /// Submits the requests written: io_uring_enter(2).
  @inlinable public mutating func submit() { enter(least: 0, flags: 0, timeout: -1) }

  /// Submits the requests written and waits for `least` completions, the timeout, or a signal: io_uring_enter(2). With
  /// 0 it does not wait, but lets the kernel do deferred work.
  /// - Parameter timeout: nanoseconds; negative waits without limit.
  @inlinable
  public mutating func submitAndWait(least: UInt32, timeout: Int64) {
    enter(least: least, flags: UInt32(IORING_ENTER_GETEVENTS), timeout: timeout)
  }

  @inlinable
  mutating func enter(least: UInt32, flags: UInt32, timeout: Int64) {
    cl_store_release(submissionTail, tail)
    cl_count_call()
    // Errors mean a timeout, a signal, or lack of memory, for which the next call tries again.
    _ = cl_uring_enter(descriptor, tail &- cl_load_acquire(submissionHead), least, flags, timeout)
  }

  // MARK: Completions

  /// The next completion, without waiting; nil if there is none. Completions that overflowed the ring are fetched last.
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
