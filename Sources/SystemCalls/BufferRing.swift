import CLinux
import Glibc

/// Buffers of one size for all sockets of a ring: the kernel chooses one when something has arrived, and it is given back
/// when its bytes have been taken (IORING_REGISTER_PBUF_RING). More of them can be added; none is taken away before the
/// end.
@frozen public struct BufferRing: ~Copyable {
  /// What requests that choose from these buffers have to name.
  @inlinable public static var group: UInt16 { 0 }
  /// The most buffers that there can be.
  @inlinable public static var capacity: Int { 8192 }

  /// Bytes in a buffer.
  public let size: Int
  /// How many buffers there are.
  public private(set) var count = 0
  /// How many of them are the kernel's to choose from, as far as completions have told.
  @usableFromInline var free = 0
  @usableFromInline let entries: UnsafeMutablePointer<io_uring_buf>
  @usableFromInline let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>
  @usableFromInline var tail: UInt16 = 0
  private let step: Int
  private static var byteCount: Int { capacity * MemoryLayout<io_uring_buf>.stride }

  /// - Parameters:
  ///   - size: bytes in a buffer.
  ///   - count: buffers to begin with, and to add at a time.
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

  /// No request that may choose from the buffers is under way any more.
  deinit {
    for block in Swift.stride(from: 0, to: count, by: step) { addresses[block].deallocate() }
    addresses.deallocate()
    munmap(entries, Self.byteCount)
  }

  /// Whether there are buffers for the kernel to choose from.
  public var hasFree: Bool { free > 0 }

  /// Adds buffers where few are left to choose from; false where there is none, and can be no more.
  public mutating func replenish() -> Bool {
    if free <= count / 4 && count + step <= Self.capacity { grow() }
    return free > 0
  }

  private mutating func grow() {
    // A cache line lies between them: the first lines of all would otherwise share the few ways of a cache.
    let stride = size + 64
    let block = UnsafeMutableRawPointer.allocate(byteCount: step * stride, alignment: 64)
    for index in 0..<step {
      addresses[count] = block + index * stride
      giveBack(UInt16(count))
      count += 1
    }
  }

  /// Notes that the kernel has chosen the buffer.
  @inlinable @inline(__always)
  public mutating func take() { free -= 1 }

  @inlinable @inline(__always)
  public subscript(buffer: UInt16) -> UnsafeMutableRawPointer { addresses[Int(buffer)] }

  /// Lets the kernel choose the buffer again.
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
