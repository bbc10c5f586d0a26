import CLinux
import Glibc

/// The requests. Their completions return `data`.
extension Uring {
  /// Sends the bytes, without SIGPIPE: IORING_OP_SEND. They must stay in place until the completion, which may report
  /// fewer.
  @inlinable @inline(__always)
  public mutating func send(_ bytes: UnsafeRawBufferPointer, on socket: Socket, data: UInt64) {
    let request = makeRequest(IORING_OP_SEND, socket.descriptor, data: data)
    request.pointee.addr = UInt64(UInt(bitPattern: bytes.baseAddress))
    request.pointee.len = UInt32(min(bytes.count, 1 << 30))
    request.pointee.msg_flags = UInt32(MSG_NOSIGNAL) | UInt32(MSG_WAITALL)
  }

  /// Sends what can be sent at once: IORING_OP_SEND. The request is done when it has been submitted. It has a
  /// completion only if it sent fewer bytes than it was asked to send.
  /// - Returns: the number of bytes that it was asked to send.
  @inlinable @inline(__always)
  public mutating func sendAtOnce(_ bytes: UnsafeRawBufferPointer, on socket: Socket, data: UInt64) -> Int {
    // The kernel truncates a larger request, and would not report that as a short send.
    let count = min(bytes.count, 1 << 30)
    let request = makeRequest(IORING_OP_SEND, socket.descriptor, data: data)
    request.pointee.flags = UInt8(1 << IOSQE_CQE_SKIP_SUCCESS_BIT)
    request.pointee.addr = UInt64(UInt(bitPattern: bytes.baseAddress))
    request.pointee.len = UInt32(count)
    request.pointee.msg_flags = UInt32(MSG_NOSIGNAL) | UInt32(MSG_WAITALL) | UInt32(MSG_DONTWAIT)
    return count
  }

  /// Receives repeatedly: multishot IORING_OP_RECV. Each buffer that the kernel fills has a completion, until one no
  /// longer `hasMore`. ENOBUFS means that no buffer was free.
  @inlinable @inline(__always)
  public mutating func receiveRepeatedly(on socket: Socket, data: UInt64) {
    let request = makeRequest(IORING_OP_RECV, socket.descriptor, data: data)
    request.pointee.flags = UInt8(1 << IOSQE_BUFFER_SELECT_BIT)
    request.pointee.ioprio = UInt16(IORING_RECV_MULTISHOT)
    request.pointee.buf_group = BufferRing.group
  }

  /// Performs a request on the registered file: IORING_OP_READ, IORING_OP_WRITE or IORING_OP_FSYNC. Its completion has
  /// the result of `FileRequest.perform`.
  @inlinable @inline(__always)
  public mutating func perform(_ request: FileRequest, data: UInt64) {
    let entry = makeRequest()
    entry.pointee.flags = UInt8(1 << IOSQE_FIXED_FILE_BIT)
    entry.pointee.user_data = data
    switch request {
    case .read(let buffer, let offset):
      entry.pointee.opcode = UInt8(truncatingIfNeeded: IORING_OP_READ.rawValue)
      entry.pointee.addr = UInt64(UInt(bitPattern: buffer.baseAddress))
      entry.pointee.len = UInt32(buffer.count)
      entry.pointee.off = UInt64(offset)
    case .write(let bytes, let offset):
      entry.pointee.opcode = UInt8(truncatingIfNeeded: IORING_OP_WRITE.rawValue)
      entry.pointee.addr = UInt64(UInt(bitPattern: bytes.baseAddress))
      entry.pointee.len = UInt32(bytes.count)
      entry.pointee.off = UInt64(offset)
    case .sync(let dataOnly):
      entry.pointee.opcode = UInt8(truncatingIfNeeded: IORING_OP_FSYNC.rawValue)
      entry.pointee.fsync_flags = dataOnly ? IORING_FSYNC_DATASYNC : 0
    }
  }

  /// Waits once until the socket is writable or broken: IORING_OP_POLL_ADD.
  @inlinable
  public mutating func awaitWritable(_ socket: Socket, data: UInt64) {
    let request = makeRequest(IORING_OP_POLL_ADD, socket.descriptor, data: data)
    request.pointee.poll32_events = UInt32(POLLOUT)
  }

  /// Waits once until the peer has finished or the connection is broken: IORING_OP_POLL_ADD.
  public mutating func awaitEnd(_ socket: Socket, data: UInt64) {
    let request = makeRequest(IORING_OP_POLL_ADD, socket.descriptor, data: data)
    request.pointee.poll32_events = EPOLLRDHUP.rawValue
  }

  /// Waits once until the descriptor is readable or broken: IORING_OP_POLL_ADD.
  public mutating func awaitReadable(_ descriptor: Int32, data: UInt64) {
    let request = makeRequest(IORING_OP_POLL_ADD, descriptor, data: data)
    request.pointee.poll32_events = UInt32(POLLIN)
  }

  /// Watches for readability: multishot IORING_OP_POLL_ADD. Each time the descriptor is reported readable has a
  /// completion, until one no longer `hasMore`.
  public mutating func awaitReadableRepeatedly(_ descriptor: Int32, data: UInt64) {
    let request = makeRequest(IORING_OP_POLL_ADD, descriptor, data: data)
    request.pointee.poll32_events = UInt32(POLLIN)
    request.pointee.len = UInt32(IORING_POLL_ADD_MULTI)
  }

  /// Accepts repeatedly: multishot IORING_OP_ACCEPT. Each connection has a completion with a non-blocking,
  /// close-on-exec descriptor, until one no longer `hasMore`.
  public mutating func acceptRepeatedly(on listener: Socket, data: UInt64) {
    let request = makeRequest(IORING_OP_ACCEPT, listener.descriptor, data: data)
    request.pointee.ioprio = UInt16(IORING_ACCEPT_MULTISHOT)
    request.pointee.accept_flags = UInt32(SOCK_NONBLOCK.rawValue) | UInt32(SOCK_CLOEXEC.rawValue)
  }

  /// Cancels the request whose data is `target`, if it is still in flight: IORING_OP_ASYNC_CANCEL.
  @inlinable
  public mutating func cancel(_ target: UInt64, data: UInt64) {
    let request = makeRequest(IORING_OP_ASYNC_CANCEL, -1, data: data)
    request.pointee.addr = target
  }

  @inlinable @inline(__always)
  mutating func makeRequest(
    _ operation: io_uring_op, _ descriptor: Int32, data: UInt64
  ) -> UnsafeMutablePointer<io_uring_sqe> {
    let request = makeRequest()
    request.pointee.opcode = UInt8(truncatingIfNeeded: operation.rawValue)
    request.pointee.fd = descriptor
    request.pointee.user_data = data
    return request
  }
}

/// Checks whether this system supports what the modes use of io_uring.
extension Uring {
  /// Why io_uring cannot be used, with a remedy; nil if it can.
  public static let unavailability: String? = {
    do throws(Errno) {
      let ring = try Uring(entries: 2)
      let missing = try ring.missingOperations()
      if !missing.isEmpty { return tooOld("it does not know operation \(missing[0])") }
      _ = try BufferRing(ring, size: 64, count: 1)
      return nil
    } catch {
      return explanation(of: error)
    }
  }()

  /// Explains why a ring could not be made.
  static func explanation(of error: Errno) -> String {
    switch error.rawValue {
    case ENOSYS: "this kernel has no io_uring; use Linux 6.0 or later, or a sandbox that passes it on"
    case EPERM:
      "io_uring is forbidden here (EPERM); allow it (sysctl kernel.io_uring_disabled=0, the container's seccomp profile)"
    case EINVAL: tooOld("EINVAL")
    case ENOMEM: "a ring cannot be locked in memory (ENOMEM); raise ulimit -l"
    default: "a ring cannot be made: \(error) (\(error.symbol))"
    }
  }

  private static func tooOld(_ reason: String) -> String {
    "io_uring is too old here (\(reason)); use Linux 6.0 or later"
  }

  /// Operations that are used here but unknown to the kernel: IORING_REGISTER_PROBE.
  private borrowing func missingOperations() throws(Errno) -> [UInt32] {
    let count = 256
    let size = MemoryLayout<io_uring_probe>.size + count * MemoryLayout<io_uring_probe_op>.stride
    let probe = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
    defer { probe.deallocate() }
    memset(probe.baseAddress!, 0, size)
    try register(UInt32(IORING_REGISTER_PROBE), probe.baseAddress!, count: UInt32(count))
    let operations = (probe.baseAddress! + MemoryLayout<io_uring_probe>.size)
      .assumingMemoryBound(to: io_uring_probe_op.self)
    return [
      IORING_OP_POLL_ADD, IORING_OP_ASYNC_CANCEL, IORING_OP_ACCEPT, IORING_OP_SEND, IORING_OP_RECV, IORING_OP_READ,
      IORING_OP_WRITE, IORING_OP_FSYNC,
    ].map(\.rawValue).filter {
      operations[Int($0)].flags & UInt16(IO_URING_OP_SUPPORTED) == 0
    }
  }
}
