import Glibc
import Measurement
import Plan
import SystemCalls

/// One operation reads or writes a block of the data file. Reads are verified sector by sector. Writes are stamped with
/// their operation, and verified after the trial.
@frozen public struct FileConversation: Conversation, ~Copyable {
  @usableFromInline let layout: FileLayout
  @usableFromInline let writes: Bool
  @usableFromInline let sync: FileSpec.Sync
  @usableFromInline let block: UnsafeMutableRawBufferPointer
  @usableFromInline var operation: UInt64 = 0
  @usableFromInline var offset: Int64 = 0
  /// The bytes that have been moved.
  @usableFromInline var done = 0
  @usableFromInline var isSyncing = false
  /// The sum of the seals that were written.
  @usableFromInline var sum: UInt64 = 0

  public init(_ spec: FileSpec, layout: FileLayout) {
    self.layout = layout
    writes = spec.access == .write
    sync = spec.sync
    block = .allocate(byteCount: layout.size, alignment: FileSpec.directUnit)
    if writes { DataFile.fillBody(block) }
  }

  @inlinable deinit { block.deallocate() }

  @inlinable public static var usesConnection: Bool { false }
  @inlinable public var isSending: Bool { writes && !isSyncing }

  @inlinable
  public mutating func begin(_ operation: UInt64) -> Need {
    self.operation = operation
    offset = Int64(layout.block(of: operation)) &* Int64(layout.size)
    done = 0
    isSyncing = false
    if writes { sum = FileStamp.write(block, first: firstSector, version: operation &+ 1) }
    return transfer()
  }

  @inlinable @inline(__always)
  var firstSector: UInt64 { UInt64(offset) / 512 }

  /// The rest of the block.
  @inlinable @inline(__always)
  func transfer() -> Need {
    let rest = UnsafeMutableRawBufferPointer(rebasing: block[done...])
    let place = offset &+ Int64(done)
    return .file(writes ? .write(UnsafeRawBufferPointer(rest), at: place) : .read(rest, at: place))
  }

  @inlinable
  public mutating func transferred(_ count: Int) -> Need {
    if isSyncing { return .done(verified(sum)) }
    // A count of zero means that the file is too short, or the device is full.
    if count == 0 { return .done(.failed(.prematureEnd)) }
    done &+= count
    if done < layout.size { return transfer() }
    if !writes {
      guard let sum = FileStamp.sumAsMade(UnsafeRawBufferPointer(block), first: firstSector) else {
        return .done(.failed(.wrongContent))
      }
      return .done(verified(sum))
    }
    if sync == .none { return .done(verified(sum)) }
    isSyncing = true
    return .file(.sync(dataOnly: sync == .fdatasync))
  }

  @inlinable @inline(__always)
  func verified(_ sum: UInt64) -> Outcome {
    .verified(checksum: Randomness.mix(operation ^ sum), keepsConnection: true)
  }

  @inlinable public mutating func sent() -> Need { .done(.failed(.unexpectedBytes)) }
  @inlinable public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    .done(.failed(.unexpectedBytes))
  }
  @inlinable public mutating func ended() -> Need { .done(.failed(.prematureEnd)) }
  @inlinable public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need {
    .done(.failed(.wokeEarly))
  }
  @inlinable public mutating func disconnected() {}
}
