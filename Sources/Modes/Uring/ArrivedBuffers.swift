import Glibc
import SystemCalls

/// Buffers with data that wait for their lanes: one list per lane, linked through one table of all buffers.
struct ArrivedBuffers: ~Copyable {
  /// All zeros mean an empty list.
  struct List {
    fileprivate var first: UInt16 = 0
    fileprivate var last: UInt16 = 0
    fileprivate(set) var count: UInt16 = 0
  }

  private struct Entry {
    var byteCount: UInt32
    var next: UInt16
  }

  private let entries: UnsafeMutablePointer<Entry>

  init() { entries = .allocate(capacity: BufferRing.capacity) }

  deinit { entries.deallocate() }

  @inline(__always)
  func append(_ buffer: UInt16, byteCount: Int, to list: inout List) {
    entries[Int(buffer)] = Entry(byteCount: UInt32(byteCount), next: 0)
    if list.count == 0 { list.first = buffer } else { entries[Int(list.last)].next = buffer }
    list.last = buffer
    list.count += 1
  }

  func first(of list: List) -> (buffer: UInt16, byteCount: Int)? {
    list.count > 0 ? (list.first, Int(entries[Int(list.first)].byteCount)) : nil
  }

  @inline(__always)
  func popFirst(of list: inout List) -> (buffer: UInt16, byteCount: Int)? {
    guard list.count > 0 else { return nil }
    let buffer = list.first
    let entry = entries[Int(buffer)]
    list.first = entry.next
    list.count -= 1
    return (buffer, Int(entry.byteCount))
  }
}
