import Glibc
import Measurement
import Plan
import Synchronization

/// The requests of a trial, prepared as far as they are the same for all operations. All lanes share them, and nothing
/// changes them.
public struct HTTPRequests: ~Copyable, @unchecked Sendable {
  /// The expected content of a reply.
  enum Expectation {
    case exactly(UnsafeRawBufferPointer)
    case pattern(Int)
    /// Any content; its digest goes into the checksum.
    case any
  }

  enum Part {
    case literal(UnsafeRawBufferPointer)
    case operation
    case delay
  }

  struct Template {
    var parts: UnsafeBufferPointer<Part>
    /// The maximum bytes of the request.
    var capacity: Int
    /// The whole request, if it is the same for all operations.
    var fixed: UnsafeRawBufferPointer?
    /// The index of its address.
    var endpoint: Int32 = 0
  }

  let templates: UnsafeBufferPointer<Template>
  /// The requests that ask for a fault, in the order of the kinds; empty without faults.
  let faulty: UnsafeBufferPointer<Template>
  let faults: FaultMix?
  let expectation: Expectation
  let isHEAD: Bool
  /// Whether the method is idempotent (RFC 9110, section 9.2.2).
  let isIdempotent: Bool
  let keepsConnections: Bool
  /// How replies are read.
  let rules: HTTPReader.Rules
  let delay: Delay
  let seed: UInt64
  let replies: ReplyStore?
  /// Present where all operations ask for the same, and nobody knows what that is.
  public let contents: ReplyContents?

  /// - Parameters:
  ///   - server: the authority and greeting of the built-in server; used if the spec names no targets.
  ///   - endpoints: the address index of each target; several targets may share one.
  ///   - replies: the store for replies, if they are kept.
  public init(
    _ spec: HTTPSpec, server: (authority: String, greeting: String)?, endpoints: [Int32] = [], seed: UInt64,
    replies: ReplyStore? = nil
  ) {
    isHEAD = spec.method == "HEAD"
    isIdempotent = spec.isIdempotent
    keepsConnections = spec.connection == .keepAlive
    rules = spec.rules
    delay = spec.delay
    faults = server == nil ? nil : spec.faults
    self.seed = seed
    self.replies = replies
    let isOfServer = server != nil && spec.targets.isEmpty
    if let server, isOfServer {
      expectation = spec.size.map { .pattern($0.count) } ?? .exactly(Self.copied(server.greeting))
    } else {
      expectation = .any
    }
    var templates = spec.requests(toServer: server?.authority).map { Self.template($0) }
    for (target, endpoint) in endpoints.prefix(templates.count).enumerated() { templates[target].endpoint = endpoint }
    self.templates = Self.stored(templates)
    if case .any = expectation, templates.count == 1, templates[0].fixed != nil, !isHEAD {
      contents = ReplyContents()
    } else {
      contents = nil
    }
    // A spec with faults has no targets.
    let kinds = faults == nil ? [] : FaultKind.allCases
    faulty = Self.stored(
      kinds.map { Self.template(spec.request(toServer: server?.authority ?? "", asking: $0)) })
  }

  deinit {
    for templates in [templates, faulty] {
      for template in templates {
        for case .literal(let bytes) in template.parts { bytes.deallocate() }
        template.parts.deallocate()
      }
      templates.deallocate()
    }
    if case .exactly(let bytes) = expectation { bytes.deallocate() }
  }

  private static func stored(_ templates: [Template]) -> UnsafeBufferPointer<Template> {
    let storage = UnsafeMutableBufferPointer<Template>.allocate(capacity: templates.count)
    _ = storage.initialize(from: templates)
    return UnsafeBufferPointer(storage)
  }

  private static func template(_ pieces: [HTTPPiece]) -> Template {
    var parts: [Part] = []
    var literal = ""
    func end() {
      if !literal.isEmpty { parts.append(.literal(copied(literal))) }
      literal = ""
    }
    for piece in pieces {
      switch piece {
      case .text(let text): literal += text
      case .operation, .delay:
        end()
        if case .operation = piece { parts.append(.operation) } else { parts.append(.delay) }
      }
    }
    end()
    let storage = UnsafeMutableBufferPointer<Part>.allocate(capacity: parts.count)
    _ = storage.initialize(from: parts)
    var capacity = 0
    for part in parts {
      if case .literal(let bytes) = part { capacity += bytes.count } else { capacity += 22 }
    }
    var fixed: UnsafeRawBufferPointer?
    if parts.count == 1, case .literal(let bytes) = parts[0] { fixed = bytes }
    return Template(parts: UnsafeBufferPointer(storage), capacity: capacity, fixed: fixed)
  }

  private static func copied(_ text: String) -> UnsafeRawBufferPointer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
    bytes.copyBytes(from: text.utf8)
    return UnsafeRawBufferPointer(bytes)
  }

  /// The address index of `operation`.
  func endpoint(of operation: UInt64) -> Int32 { templates.count == 1 ? 0 : templates[target(of: operation)].endpoint }

  private func target(of operation: UInt64) -> Int {
    // One target, the usual case, needs no division, which costs as much as twenty additions.
    templates.count == 1 ? 0 : Int(operation % UInt64(templates.count))
  }

  /// Whether `operation` may be repeated after the server may have done it.
  func mayRepeat(_ operation: UInt64) -> Bool {
    isIdempotent && faults?.drawn(seed: seed, operation: operation) == nil
  }

  /// The bytes that a lane needs to write its requests; 0 if all are prepared.
  var capacity: Int {
    [templates, faulty].flatMap { $0.map { $0.fixed == nil ? $0.capacity : 0 } }.max() ?? 0
  }

  /// The maximum bytes of a request.
  var longest: Int { templates.map(\.capacity).max() ?? 0 }

  /// Writes the request of `operation`, and returns its length.
  @inline(__always)
  func write(_ operation: UInt64, to buffer: UnsafeMutableRawPointer) -> Int {
    let template = templates[target(of: operation)]
    guard let fixed = template.fixed else { return write(template, operation, to: buffer).count }
    memcpy(buffer, fixed.baseAddress!, fixed.count)
    return fixed.count
  }

  /// The request of `operation`, in `buffer` unless it is prepared.
  func request(of operation: UInt64, in buffer: UnsafeMutableRawPointer?) -> UnsafeRawBufferPointer {
    if let fault = faults?.drawn(seed: seed, operation: operation) {
      return write(faulty[Int(fault.code) - 1], operation, to: buffer!)
    }
    let template = templates[target(of: operation)]
    return template.fixed ?? write(template, operation, to: buffer!)
  }

  func write(_ template: Template, _ operation: UInt64, to buffer: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
    var writer = ByteWriter(buffer)
    for part in template.parts {
      switch part {
      case .literal(let bytes): writer.write(bytes)
      case .operation: writer.write(decimal: operation)
      case .delay:
        writer.write(decimal: delay.drawn(seed: seed, operation: operation).count / 1000)
        writer.write("us")
      }
    }
    return UnsafeRawBufferPointer(start: buffer, count: writer.count)
  }
}

/// Writes bytes one after another. The caller guarantees the space.
struct ByteWriter {
  let base: UnsafeMutableRawPointer
  var count = 0

  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    memcpy(base + count, source, bytes.count)
    count += bytes.count
  }

  mutating func write(_ text: StaticString) {
    write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func write(decimal number: UInt64) {
    var digits = 1
    var bound: UInt64 = 10
    while number >= bound && digits < 19 {
      digits += 1
      bound &*= 10
    }
    if number >= 10_000_000_000_000_000_000 { digits = 20 }
    var rest = number
    var place = count + digits
    repeat {
      place -= 1
      base.storeBytes(of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10), toByteOffset: place, as: UInt8.self)
      rest /= 10
    } while place > count
    count += digits
  }
}

/// The replies of a trial, kept to be written out in the order of operations.
public final class ReplyStore: Sendable {
  public struct Reply: Sendable {
    public var operation: UInt64
    public var status: Int
    public var body: [UInt8]
  }

  private let replies = Mutex<[Reply]>([])

  public init() {}

  func add(_ reply: Reply) { replies.withLock { $0.append(reply) } }

  /// All replies so far, in the order of operations.
  public var inOrder: [Reply] { replies.withLock { $0.sorted { $0.operation < $1.operation } } }
}
