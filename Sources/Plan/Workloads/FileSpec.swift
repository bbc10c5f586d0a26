import Measurement

/// One operation reads or writes `size` bytes of a data file, which the harness makes:
/// `{"kind": "file", "access": "read", "pattern": "random", "size": "4KiB", "span": "64MiB"}`.
public struct FileSpec: Hashable, Sendable, Codable {
  public enum Access: String, Codable, Sendable, CaseIterable { case read, write }
  public enum Pattern: String, Codable, Sendable, CaseIterable { case random, sequential }
  /// What ends a write.
  public enum Sync: String, Codable, Sendable, CaseIterable { case none, fsync, fdatasync }
  /// Who makes the calls where the mode must not block: whoever carries the lanes, which all stand still meanwhile, or a
  /// pool of threads.
  public enum Offload: String, Codable, Sendable, CaseIterable { case inline, pool }

  public var access = Access.read
  public var pattern = Pattern.random
  public var size = ByteCount(4 << 10)
  /// The data file's size.
  public var span = ByteCount(64 << 20)
  /// Past the page cache: O_DIRECT, open(2).
  public var direct = false
  public var sync = Sync.none
  public var offload = Offload.inline
  /// Threads of the pool.
  public var pool = 8
  /// How many requests `uring` has in the kernel at most.
  public var depth = 64

  public init() {}

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self, besides: ["kind"])
    access = try fields.value(.access) ?? access
    pattern = try fields.value(.pattern) ?? pattern
    size = try fields.value(.size) ?? size
    span = try fields.value(.span) ?? span
    direct = try fields.value(.direct) ?? direct
    sync = try fields.value(.sync) ?? sync
    offload = try fields.value(.offload) ?? offload
    pool = try fields.value(.pool) ?? pool
    depth = try fields.value(.depth) ?? depth
    let unit = direct ? Self.directUnit : Self.sector
    try fields.check(
      .size, size.count >= unit && size.count <= 64 << 20 && size.count % unit == 0,
      "\(size) is not a multiple of \(ByteCount(unit)) up to 64MiB\(direct ? ", as direct asks for" : "")")
    try fields.check(
      .span, span.count >= size.count && span.count <= 1 << 40 && span.count % size.count == 0,
      "\(span) is not a multiple of the size, \(size), up to 1024GiB")
    try fields.check(.sync, sync == .none || access == .write, "goes with access write")
    try fields.check(
      .pool, (1...Self.largestPool).contains(pool),
      "\(pool) is not a number of threads; it must be from 1 to \(Self.largestPool)")
    try fields.check(
      .depth, (1...4096).contains(depth), "\(depth) is not a number of requests; it must be from 1 to 4096")
  }

  /// The alignment of offsets, sizes and buffers that every device takes with O_DIRECT.
  package static let directUnit = 4 << 10

  /// Bytes of a sector: what devices write whole at least.
  package static let sector = 512

  static let largestPool = 1024

  /// Operations that cover the file once.
  public var blocks: UInt64 { UInt64(span.count / size.count) }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case access, pattern, size, span, direct, sync, offload, pool, depth
  }
}

extension WorkloadSpec {
  /// What it does to a data file; nil where it has none.
  public var file: FileSpec? { if case .file(let spec) = self { spec } else { nil } }
}
