import Glibc
import Measurement
import Plan
import SystemCalls

/// Creates, opens and verifies the data file of a trial.
public enum DataFile {
  /// The bytes per call.
  private static let piece = 1 << 20

  /// Fills the space between the stamps. It is the same in all sectors, and hard to compress.
  static func fillBody(_ sectors: UnsafeMutableRawBufferPointer) {
    for place in stride(from: 0, to: sectors.count, by: FileStamp.sector) {
      let sector = UnsafeMutableRawBufferPointer(rebasing: sectors[place..<place + FileStamp.sector])
      sector.copyMemory(from: Pattern.content(of: 0, from: 0, count: FileStamp.sector))
    }
  }

  /// Creates or recreates the file: every sector has its initial stamp, and all are on the device (fsync(2)).
  public static func make(_ path: String, span: ByteCount) throws(Errno) {
    let file = try FileRequest.open(path, .create)
    defer { close(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(piece, span.count), alignment: FileSpec.directUnit)
    defer { buffer.deallocate() }
    fillBody(buffer)
    var offset = 0
    while offset < span.count {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, span.count - offset)])
      _ = FileStamp.write(part, first: UInt64(offset / FileStamp.sector), version: FileStamp.asMade)
      var done = 0
      while done < part.count {
        let rest = UnsafeRawBufferPointer(rebasing: part[done...])
        let count = FileRequest.write(rest, at: Int64(offset + done)).perform(on: file)
        if count <= 0 { throw Errno(count == 0 ? ENOSPC : Int32(-count)) }
        done += count
      }
      offset += part.count
    }
    let result = FileRequest.sync(dataOnly: false).perform(on: file)
    if result < 0 { throw Errno(Int32(-result)) }
  }

  /// Opens the file as a trial uses it. Unless it is opened with O_DIRECT, it is read into the page cache.
  public static func open(_ path: String, for spec: FileSpec) throws(Errno) -> Int32 {
    let file = try FileRequest.open(path, spec.direct ? .direct : .cached)
    if !spec.direct { scan(file) { _, _ in } }
    return file
  }

  public static func close(_ file: Int32) { _ = Glibc.close(file) }

  /// Why the file's file system does not support O_DIRECT: the errno of open(2) or of a read; nil if it does.
  public static func directRefusal(_ path: String) -> Errno? {
    do throws(Errno) {
      let file = try FileRequest.open(path, .direct)
      defer { close(file) }
      let block = UnsafeMutableRawBufferPointer.allocate(
        byteCount: FileSpec.directUnit, alignment: FileSpec.directUnit)
      defer { block.deallocate() }
      let result = FileRequest.read(block, at: 0).perform(on: file)
      return result < 0 ? Errno(Int32(-result)) : nil
    } catch {
      return error
    }
  }

  /// The sectors with wrong content after a trial that wrote. A sector must hold the stamp of an operation that wrote
  /// there (of several, any). In at most `failed` blocks it may still hold its initial stamp.
  /// - Parameters:
  ///   - operations: the number of operations taken, from number 0 on.
  ///   - failed: of those, the number that may not have written.
  public static func damagedSectors(
    _ path: String, _ layout: FileLayout, operations: UInt64, failed: UInt64
  ) throws(Errno) -> UInt64 {
    let file = try FileRequest.open(path, .cached)
    defer { close(file) }
    let perBlock = UInt64(layout.size / FileStamp.sector)
    var isWritten = [Bool](repeating: false, count: Int(layout.blocks))
    for operation in 0..<operations { isWritten[Int(layout.block(of: operation))] = true }
    var (damaged, untouched, seen) = (UInt64(0), UInt64(0), UInt64(0))
    scan(file) { bytes, offset in
      for place in stride(from: 0, to: bytes.count - bytes.count % FileStamp.sector, by: FileStamp.sector) {
        let number = UInt64((offset + place) / FileStamp.sector)
        let block = number / perBlock
        seen += 1
        switch FileStamp.version(of: bytes.baseAddress! + place, number: number) {
        case nil: damaged += 1
        case FileStamp.asMade: untouched += block < layout.blocks && isWritten[Int(block)] ? 1 : 0
        case let version? where layout.block(of: version - 1) != block: damaged += 1
        default: break
        }
      }
    }
    let missing = layout.blocks * perBlock - min(seen, layout.blocks * perBlock)
    return damaged + missing + (untouched > failed * perBlock ? untouched - failed * perBlock : 0)
  }

  /// Reads the whole file in order.
  private static func scan(_ file: Int32, _ body: (UnsafeRawBufferPointer, Int) -> Void) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: FileSpec.directUnit)
    defer { buffer.deallocate() }
    var offset = 0
    while case let count = FileRequest.read(buffer, at: Int64(offset)).perform(on: file), count > 0 {
      body(UnsafeRawBufferPointer(rebasing: buffer[..<count]), offset)
      offset += count
    }
  }
}
