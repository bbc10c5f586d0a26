import Glibc
import Measurement
import Plan

/// The fields of a request target's query, in order, without copying: `/?delay=2ms&size=4096&op=17`.
struct HTTPQuery: ~Copyable {
  /// Bytes of the target, valid as long as the target is.
  struct Text {
    var bytes: UnsafeRawBufferPointer

    static func ~= (pattern: StaticString, text: Text) -> Bool {
      text.bytes.count == pattern.utf8CodeUnitCount
        && (text.bytes.isEmpty || memcmp(text.bytes.baseAddress!, pattern.utf8Start, text.bytes.count) == 0)
    }

    /// A whole number in decimal digits; nil for anything else, or above 2⁶³ − 1.
    var decimal: UInt64? {
      guard !bytes.isEmpty, bytes.count <= 19 else { return nil }
      var number: UInt64 = 0
      for byte in bytes {
        let digit = byte &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        number = number &* 10 &+ UInt64(digit)
      }
      return number <= UInt64(Int64.max) ? number : nil
    }

    /// A time with its unit, such as `2ms`.
    var time: Nanoseconds? {
      if bytes.count > 2, bytes[bytes.count - 1] == UInt8(ascii: "s"), bytes[bytes.count - 2] == UInt8(ascii: "u") {
        let count = Text(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 2)])).decimal
        guard let count, count <= UInt64(Int64.max) / 1000 else { return nil }
        return .microseconds(count)
      }
      guard let last = bytes.last, last > UInt8(ascii: "9") || bytes.elementsEqual("0".utf8) else { return nil }
      return Nanoseconds(String(decoding: bytes, as: UTF8.self))
    }

    /// The name of a fault.
    var fault: FaultKind? { FaultKind(rawValue: String(decoding: bytes, as: UTF8.self)) }
  }

  private var rest: UnsafeRawBufferPointer

  init(target: UnsafeRawBufferPointer) {
    let mark = target.firstIndex(of: UInt8(ascii: "?"))
    rest = UnsafeRawBufferPointer(rebasing: target[(mark.map { $0 + 1 } ?? target.count)...])
  }

  /// The next field; one without `=` has an empty value.
  mutating func next() -> (name: Text, value: Text)? {
    guard !rest.isEmpty else { return nil }
    let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.count
    let field = UnsafeRawBufferPointer(rebasing: rest[..<end])
    rest = UnsafeRawBufferPointer(rebasing: rest[min(end + 1, rest.count)...])
    let equals = field.firstIndex(of: UInt8(ascii: "=")) ?? field.count
    let value = field[min(equals + 1, field.count)...]
    return (
      Text(bytes: UnsafeRawBufferPointer(rebasing: field[..<equals])),
      Text(bytes: UnsafeRawBufferPointer(rebasing: value))
    )
  }
}
