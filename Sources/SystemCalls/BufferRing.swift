import CLinux
import Glibc

/// Receive buffers of one size, shared by all sockets of a ring: IORING_REGISTER_PBUF_RING.
///
/// The kernel chooses a buffer when data arrives; the owner gives it back once the data has been taken. Buffers can be
/// added at any time, but are freed only with the ring of buffers.
@frozen public struct BufferRing: ~Copyable {
  /// The buffer group that a request names to choose from these buffers.
  @inlinable public static var group: UInt16 { 0 }
  /// The largest number of buffers.
  @inlinable public static var capacity: Int { 8192 }

  /// Size of each buffer in bytes.
  public let size: Int
  /// Number of buffers.
  public private(set) var count = 0
  /// Buffers that the kernel may still choose from, as far as completions have been read.
  @usableFromInline var free = 0
  @usableFromInline let entries: UnsafeMutablePointer<io_uring_buf>
  @usableFromInline let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>
  @usableFromInline var tail: UInt16 = 0
  private let step: Int
  private static var byteCount: Int { capacity * MemoryLayout<io_uring_buf>.stride }

  /// - Parameters:
  ///   - size: bytes per buffer.
  ///   - count: number of buffers to begin with; `replenish` adds the same number.
  public init(_ ring: borrowing Uring, size: Int, count: Int) throws(Errno) {
    self.size = size
    step = count
    let memory = mmap(nil, Self.byteCount, PROT_READ | PROT_WRITE, Int32(MAP_PRIVATE) | Int32(MAP_ANONYMOUS), -1, 0)
    guard let memory, memory != MAP_FAILED else { throw .current }
    var registration = io_uring_buf_reg()
    registration.ring_addr = UInt64(UInt(bitPattern: memory))
    registration.ring_entries = UInt32(Self.capacity)
    registration.bgid = Self.group
    do throws(Errno) {
      try ring.register(UInt32(IORING_REGISTER_PBUF_RING), &registration, count: 1)
    } catch {
      munmap(memory, Self.byteCount)
      throw error
    }
    entries = memory.bindMemory(to: io_uring_buf.self, capacity: Self.capacity)
    addresses = .allocate(capacity: Self.capacity)
    grow()
  }

  /// No request that may choose from the buffers may be in flight any more.
  deinit {
    for block in Swift.stride(from: 0, to: count, by: step) { addresses[block].deallocate() }
    addresses.deallocate()
    munmap(entries, Self.byteCount)
  }

  /// Whether the kernel has a buffer to choose from.
  public var hasFree: Bool { free > 0 }

  /// Adds buffers when three quarters are in use. Returns false if no buffer is free and no more can be added.
  public mutating func replenish() -> Bool {
    if free <= count / 4 && count + step <= Self.capacity { grow() }
    return free > 0
  }

  private mutating func grow() {
    // One cache line separates the buffers. Otherwise all their first lines would compete for the same few cache ways.
    let stride = size + 64
    let block = UnsafeMutableRawPointer.allocate(byteCount: step * stride, alignment: 64)
    for index in 0..<step {
      addresses[count] = block + index * stride
      giveBack(UInt16(count))
      count += 1
    }
  }

  /// Records that the kernel has chosen a buffer.
  @inlinable @inline(__always)
  public mutating func take() { free -= 1 }

  @inlinable @inline(__always)
  public subscript(buffer: UInt16) -> UnsafeMutableRawPointer { addresses[Int(buffer)] }

  /// Returns a buffer to the kernel.
  @inlinable @inline(__always)
  public mutating func giveBack(_ buffer: UInt16) {
    let entry = entries + (Int(tail) & (Self.capacity - 1))
    entry.pointee.addr = UInt64(UInt(bitPattern: addresses[Int(buffer)]))
    entry.pointee.len = UInt32(size)
    entry.pointee.bid = buffer
    tail &+= 1
    free += 1
    cl_publish_buffers(entries, tail)
  }
}
