/// Reads a figure of gnuplot, and keeps only elements, attributes and values for drawing.
struct SVGReader {
  private let bytes: [UInt8]
  private let prefix: String
  private var position = 0
  /// The elements that have begun, from the root on.
  private var open: [SVGElement] = []
  private var root: SVGElement?

  /// Far more than gnuplot nests.
  private static let deepest = 64
  private static let elements: Set = [
    "svg", "g", "defs", "path", "circle", "rect", "ellipse", "line", "polyline", "polygon", "use", "text", "tspan",
    "clipPath", "title",
  ]
  private static let attributes: Set = [
    "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "width", "height", "viewBox", "cx", "cy", "r", "rx", "ry", "d",
    "points", "fill", "stroke", "color", "fill-opacity", "stroke-opacity", "opacity", "fill-rule", "stroke-width",
    "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "transform", "text-anchor", "font-size", "font-weight",
    "font-style", "shape-rendering", "clip-path", "id", "href", "xlink:href",
  ]
  private static let harmless = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 #.,()%_+-".utf8)

  /// - Parameter prefix: the prefix of ids; letters and digits.
  init(_ svg: String, prefix: String) {
    bytes = Array(svg.utf8)
    self.prefix = prefix
  }

  /// Reads the figure; what is cut off ends where the text ends. Nil if it is no SVG.
  mutating func read() -> SVGElement? {
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "<") else {
        text()
        continue
      }
      tag()
    }
    while let element = open.last { close(element.name) }
    return root
  }

  /// Reads text up to the next tag. Only the words of a figure are kept; entities stay unchanged.
  private mutating func text() {
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    defer { position = end }
    guard ["text", "tspan", "title"].contains(open.last?.name) else { return }
    var text: [UInt8] = []
    for index in position..<end {
      switch bytes[index] {
      case UInt8(ascii: "&") where !isEntity(bytes[index..<end]): text += Array("&amp;".utf8)
      case UInt8(ascii: ">"): text += Array("&gt;".utf8)
      case let byte: text.append(byte)
      }
    }
    open[open.count - 1].content.append(.text(String(decoding: text, as: UTF8.self)))
  }

  /// `&lt;` or `&#60;`.
  private func isEntity(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let end = bytes.prefix(10).firstIndex(of: UInt8(ascii: ";")) else { return false }
    let name = String(decoding: bytes[(bytes.startIndex + 1)..<end], as: UTF8.self)
    return ["amp", "lt", "gt", "quot", "apos"].contains(name)
      || (name.hasPrefix("#") && name.count > 1 && name.dropFirst().allSatisfy { $0.isASCII && $0.isNumber })
  }

  private mutating func tag() {
    position += 1
    guard position < bytes.count else { return }
    if bytes[position] == UInt8(ascii: "/") {
      position += 1
      let name = word()
      skip(past: ">")
      close(name)
    } else if bytes[position...].starts(with: "!--".utf8) {
      skip(past: "-->")
    } else if bytes[position] == UInt8(ascii: "!") || bytes[position] == UInt8(ascii: "?") {
      skip(past: ">")
    } else {
      begin(word())
    }
  }

  private mutating func begin(_ name: String) {
    var attributes: [SVGElement.Attribute] = []
    var isEmpty = false
    while let byte = next(), byte != UInt8(ascii: ">") {
      let attribute = word()
      guard !attribute.isEmpty else {
        isEmpty = byte == UInt8(ascii: "/")
        position += 1
        continue
      }
      isEmpty = false
      if let value = value() { attributes.append((attribute, value)) }
    }
    position += 1
    let isRoot = name == "svg" && open.isEmpty && root == nil
    // The title of the whole figure becomes its label; as an element, a browser would show it as a tooltip everywhere.
    let isKept = Self.elements.contains(name) && !(name == "title" && open.last?.name == "svg")
    guard isKept, isRoot || (name != "svg" && !open.isEmpty && open.count < Self.deepest) else {
      if !isEmpty { skipElement(name) }
      return
    }
    open.append(SVGElement(name: name, attributes: attributes.compactMap { kept($0.name, $0.value) }))
    if isEmpty { close(name) }
  }

  private mutating func close(_ name: String) {
    guard open.last?.name == name, let element = open.popLast() else { return }
    if open.isEmpty { root = element } else { open[open.count - 1].content.append(.element(element)) }
  }

  /// An attribute that may appear on a page; nil if it may not.
  private func kept(_ name: String, _ value: String) -> (name: String, value: String)? {
    guard Self.attributes.contains(name) else { return nil }
    let value = value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard value.utf8.allSatisfy(Self.harmless.contains) else { return nil }
    switch name {
    case "id": return (name, prefix + value)
    case "href", "xlink:href": return value.hasPrefix("#") ? ("href", "#\(prefix)\(value.dropFirst())") : nil
    case "fill", "stroke", "color", "clip-path":
      if value.hasPrefix("url(#") { return (name, "url(#\(prefix)\(value.dropFirst(5))") }
      return value.contains("url") ? nil : (name, colour(value) ?? value)
    default: return value.contains("url") ? nil : (name, value)
    }
  }

  /// `black`, `#ffffff` and `rgb( 64,  64,  64)`; nil for other text.
  private func colour(_ text: String) -> String? {
    var parts: [UInt8] = []
    if text == "black" || text == "white" {
      parts = Array(repeating: text == "black" ? 0 : 255, count: 3)
    } else if text.hasPrefix("#"), text.utf8.count == 7, let number = UInt32(text.dropFirst(), radix: 16) {
      parts = [16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    } else if text.hasPrefix("rgb("), text.hasSuffix(")") {
      parts = text.dropFirst(4).dropLast().split(separator: ",").compactMap { part in
        UInt8(part.filter { $0 != " " })
      }
    }
    return parts.count == 3 ? Palette.following(red: parts[0], green: parts[1], blue: parts[2]) : nil
  }

  /// Letters, digits, `-`, `_` and `:`, after white space.
  private mutating func word() -> String {
    _ = next()
    let start = position
    while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// The quoted text after `=`.
  private mutating func value() -> String? {
    guard next() == UInt8(ascii: "=") else { return nil }
    position += 1
    guard let quote = next(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    let end = bytes[(position + 1)...].firstIndex(of: quote) ?? bytes.count
    defer { position = min(end + 1, bytes.count) }
    return String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
  }

  /// The byte after white space; nil at the end.
  private mutating func next() -> UInt8? {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    return position < bytes.count ? bytes[position] : nil
  }

  private mutating func skip(past end: String) {
    while position < bytes.count, !bytes[position...].starts(with: end.utf8) { position += 1 }
    position = min(position + end.utf8.count, bytes.count)
  }

  /// Skips an element with its content.
  private mutating func skipElement(_ name: String) {
    guard !name.isEmpty else { return }
    skip(past: "</\(name)")
    skip(past: ">")
  }

  private func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
