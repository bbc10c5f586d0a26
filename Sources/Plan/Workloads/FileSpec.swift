import Measurement

/// One operation reads or writes `size` bytes of a data file that the harness makes: `{"kind": "file", "access":
/// "read", "pattern": "random", "size": "4KiB", "span": "64MiB"}`.
public struct FileSpec: WorkloadParameters {
  public enum Access: String, OptionChoice { case read, write }
  public enum Pattern: String, OptionChoice { case random, sequential }
  /// The sync call after each write.
  public enum Sync: String, OptionChoice { case none, fsync, fdatasync }
  /// Who makes the calls in a mode that must not block. Inline calls stop all lanes of their thread; a pool of threads
  /// does not.
  public enum Offload: String, OptionChoice { case inline, pool }

  public var access = Access.read
  public var pattern = Pattern.random
  public var size = ByteCount(4 << 10)
  /// The data file's size.
  public var span = ByteCount(64 << 20)
  /// Whether to bypass the page cache: O_DIRECT, open(2).
  public var direct = false
  public var sync = Sync.none
  public var offload = Offload.inline
  /// The number of threads in the pool.
  public var pool = 8
  /// In `uring`: the maximum number of requests in the kernel.
  public var depth = 64

  public init() {}

  public static let kind = "file"
  public static let about =
    "read or write part of a data file, inline or in a thread pool; each sector is verified"
  public static let otherNames = ["disk", "io", "read", "write"]

  public static let options: [WorkloadOption<FileSpec>] = [
    WorkloadOption("access", \.access, "read or write", unlessGiven: "read", elsewhere: ["rw"]),
    WorkloadOption("pattern", \.pattern, "random or sequential", unlessGiven: "random"),
    WorkloadOption(
      "size", \.size, "bytes of each call; k, M and G are binary", unlessGiven: "\(FileSpec().size)",
      elsewhere: ["s", "bs"]),
    WorkloadOption(
      "span", \.span, "size of the data file", unlessGiven: "\(FileSpec().span)", elsewhere: ["filesize"],
      words: { "in a file of \($0.span.spaced)" }),
    WorkloadOption(
      "direct", \.direct, "bypass the page cache (O_DIRECT)", elsewhere: ["o_direct"],
      words: { $0.direct ? "past the page cache" : nil }),
    WorkloadOption(
      "sync", \.sync, "sync after each write: none, fsync or fdatasync", unlessGiven: "none",
      words: { $0.sync == .none ? nil : "\($0.sync.rawValue) after each" }),
    WorkloadOption(
      "offload", \.offload, "calls inline, or in a pool of threads", placeholder: "WHERE", unlessGiven: "inline"),
    WorkloadOption(
      "pool", \.pool, poolHelp, placeholder: "LIST", expected: "a number of threads or processes",
      unlessGiven: "\(FileSpec().pool)"),
    WorkloadOption(
      "depth", \.depth, "in uring: maximum number of requests in the kernel", expected: "a number of requests",
      unlessGiven: "\(FileSpec().depth)", elsewhere: ["iodepth"]),
  ]

  /// The help of every option `pool`.
  static let poolHelp = "threads or processes to offload to, such as 4 or 1,2,4"

  /// The alignment of offsets, sizes and buffers that every device accepts with O_DIRECT, in bytes.
  package static let directUnit = 4 << 10
  /// The bytes of a sector, the smallest unit that a device writes whole.
  package static let sector = 512
  public static let largestPool = 1024

  /// The number of operations that cover the file once.
  public var blocks: UInt64 { UInt64(span.count / size.count) }

  public var spec: WorkloadSpec { .file(self) }
  public var headline: String {
    "\(pattern.rawValue) \(access == .write ? "writes" : "reads") of \(size.spaced)"
  }
  public var poolWidth: Int? { offload == .pool ? pool : nil }
  public var manner: String? { offload.rawValue }
  public var holdsUpOthers: Bool { true }
  public var features: [ModeDescription.Feature] { [.file] }
  /// File I/O has no readiness to wait for, so bystanders wait for messages.
  public var ofBystanders: WorkloadSpec { .echo(EchoSpec()) }

  public func with(poolWidth: Int) -> FileSpec {
    var other = self
    other.pool = poolWidth
    return other
  }

  public var withoutOffload: FileSpec {
    var other = self
    (other.offload, other.pool, other.depth) = (.inline, FileSpec().pool, FileSpec().depth)
    return other
  }

  public func complaint() -> (key: String, text: String)? {
    let unit = direct ? Self.directUnit : Self.sector
    guard size.count >= unit && size.count <= 64 << 20 && size.count % unit == 0 else {
      return (
        "size", "\(size) is not a multiple of \(ByteCount(unit)) up to 64MiB\(direct ? ", as direct asks for" : "")"
      )
    }
    guard span.count >= size.count && span.count <= 1 << 40 && span.count % size.count == 0 else {
      return ("span", "\(span) is not a multiple of the size, \(size), up to 1024GiB")
    }
    if sync != .none && access != .write { return ("sync", "goes with access write") }
    if !(1...Self.largestPool).contains(pool) {
      return ("pool", "\(pool) is not a number of threads; it must be from 1 to \(Self.largestPool)")
    }
    if !(1...4096).contains(depth) {
      return ("depth", "\(depth) is not a number of requests; it must be from 1 to 4096")
    }
    return nil
  }
}
