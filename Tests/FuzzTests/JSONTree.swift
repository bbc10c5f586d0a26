/// A JSON text as a tree that keeps numbers as they are written: mutators put some there that no type can hold.
indirect enum JSONTree: Equatable {
  /// A number, `true`, `false`, `null`, or a mutation of these.
  case literal(String)
  /// Between its quotes, escapes included.
  case string(String)
  case array([JSONTree])
  /// In order; a key may stand there twice.
  case object([(key: String, value: JSONTree)])

  static func == (a: JSONTree, b: JSONTree) -> Bool { a.text == b.text }

  /// Nil if the text does not have the form of JSON.
  init?(_ text: some Sequence<UInt8>) {
    var reader = Reader(rest: Array(text)[...])
    guard let tree = reader.value(depth: 0) else { return nil }
    reader.skipSpace()
    guard reader.rest.isEmpty else { return nil }
    self = tree
  }

  var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .literal(let literal): text += literal
    case .string(let string): text += "\"\(string)\""
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        text += "\"\(member.key)\":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func skipSpace() { rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }

    mutating func take(_ byte: UInt8) -> Bool {
      skipSpace()
      guard rest.first == byte else { return false }
      rest.removeFirst()
      return true
    }

    mutating func string() -> String? {
      guard take(UInt8(ascii: "\"")) else { return nil }
      var end = rest.startIndex
      while end < rest.endIndex, rest[end] != UInt8(ascii: "\"") { end += rest[end] == UInt8(ascii: "\\") ? 2 : 1 }
      guard end < rest.endIndex else { return nil }
      defer { rest = rest[(end + 1)...] }
      return String(decoding: rest[..<end], as: UTF8.self)
    }

    mutating func value(depth: Int) -> JSONTree? {
      skipSpace()
      guard let first = rest.first, depth < 200 else { return nil }
      switch first {
      case UInt8(ascii: "\""): return string().map { .string($0) }
      case UInt8(ascii: "["):
        rest.removeFirst()
        var elements: [JSONTree] = []
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
          guard let element = value(depth: depth + 1) else { return nil }
          elements.append(element)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? .array(elements) : nil
      case UInt8(ascii: "{"):
        rest.removeFirst()
        var members: [(String, JSONTree)] = []
        if take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
          guard let key = string(), take(UInt8(ascii: ":")), let value = value(depth: depth + 1) else { return nil }
          members.append((key, value))
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? .object(members) : nil
      default:
        let literal = rest.prefix { byte in !",]} \t\r\n:".utf8.contains(byte) }
        rest = rest.dropFirst(literal.count)
        return literal.isEmpty ? nil : .literal(String(decoding: literal, as: UTF8.self))
      }
    }
  }

  // MARK: Nodes

  /// How many nodes there are, itself included.
  var count: Int {
    switch self {
    case .literal, .string: 1
    case .array(let elements): elements.reduce(1) { $0 + $1.count }
    case .object(let members): members.reduce(1) { $0 + $1.value.count }
    }
  }

  /// The node of a number, in the order of the text.
  func node(_ number: Int) -> JSONTree {
    var number = number
    return found(&number) ?? self
  }

  private func found(_ number: inout Int) -> JSONTree? {
    if number == 0 { return self }
    number -= 1
    switch self {
    case .literal, .string: return nil
    case .array(let elements):
      for element in elements { if let found = element.found(&number) { return found } }
    case .object(let members):
      for member in members { if let found = member.value.found(&number) { return found } }
    }
    return nil
  }

  /// The same with a node replaced by what is made of it.
  func replacing(_ number: Int, _ change: (JSONTree) -> JSONTree) -> JSONTree {
    var number = number
    return replaced(&number, change)
  }

  private func replaced(_ number: inout Int, _ change: (JSONTree) -> JSONTree) -> JSONTree {
    // Negative once the node has been found.
    guard number >= 0 else { return self }
    number -= 1
    if number < 0 { return change(self) }
    switch self {
    case .literal, .string: return self
    case .array(let elements): return .array(elements.map { $0.replaced(&number, change) })
    case .object(let members): return .object(members.map { ($0.key, $0.value.replaced(&number, change)) })
    }
  }
}
