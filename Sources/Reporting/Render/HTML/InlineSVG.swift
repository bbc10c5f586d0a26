/// A gnuplot figure as part of a page.
///
/// Only elements, attributes and values for drawing are kept, so that no text of a run can execute or load anything.
/// Ids get a prefix, because all figures use the same ones. Greys follow the page's colours.
struct InlineSVG {
  /// Always balanced.
  let markup: Markup

  /// - Parameters:
  ///   - prefix: the prefix of ids; letters and digits.
  ///   - label: a description of the figure, for readers who cannot see it.
  /// - Returns: nil if `svg` is not SVG.
  init?(_ svg: String, prefix: String, label: String) {
    var reader = SVGReader(svg, prefix: prefix, label: label)
    guard let text = reader.read() else { return nil }
    markup = Markup(trusted: text)
  }
}

private struct SVGReader {
  private let bytes: [UInt8]
  private let prefix: String
  private let label: Markup
  private var position = 0
  private var output: [UInt8] = []
  /// The open kept elements, with the start of each in the output, and of its content.
  private var open: [(name: String, start: Int, content: Int)] = []
  private var hasRoot = false

  private static let elements: Set = [
    "svg", "g", "defs", "path", "circle", "rect", "ellipse", "line", "polyline", "polygon", "use", "text", "tspan",
    "clipPath", "pattern", "title",
  ]
  private static let attributes: Set = [
    "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "width", "height", "viewBox", "cx", "cy", "r", "rx", "ry", "d",
    "points", "fill", "stroke", "color", "fill-opacity", "stroke-opacity", "opacity", "fill-rule", "stroke-width",
    "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "transform", "text-anchor", "font-size", "font-weight",
    "font-style", "shape-rendering", "clip-path", "patternUnits", "id", "href", "xlink:href",
  ]
  private static let harmless = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 #.,()%_+-".utf8)

  init(_ svg: String, prefix: String, label: String) {
    bytes = Array(svg.utf8)
    self.prefix = prefix
    self.label = Markup(label)
  }

  mutating func read() -> String? {
    output.reserveCapacity(bytes.count)
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "<") else {
        text()
        continue
      }
      tag()
    }
    while let element = open.popLast() { output += Array("</\(element.name)>".utf8) }
    return hasRoot ? String(decoding: output, as: UTF8.self) : nil
  }

  /// Reads text up to the next tag. Only the words of a figure are kept; entities stay unchanged.
  private mutating func text() {
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    defer { position = end }
    guard ["text", "tspan", "title"].contains(open.last?.name) else { return }
    for index in position..<end {
      switch bytes[index] {
      case UInt8(ascii: "&") where !isEntity(bytes[index..<end]): output += Array("&amp;".utf8)
      case UInt8(ascii: ">"): output += Array("&gt;".utf8)
      case let byte: output.append(byte)
      }
    }
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
    var attributes: [(name: String, value: String)] = []
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
    let isRoot = name == "svg" && open.isEmpty && !hasRoot
    // The title of the whole figure becomes its label; as an element, a browser would show it as a tooltip everywhere.
    let isKept = Self.elements.contains(name) && !(name == "title" && open.last?.name == "svg")
    guard isKept, isRoot || (name != "svg" && !open.isEmpty) else {
      if !isEmpty { skipElement(name) }
      return
    }
    let start = output.count
    output += Array("<\(name)".utf8)
    for (name, value) in attributes {
      guard let kept = kept(name, value) else { continue }
      output += Array(" \(kept.name)=\"\(kept.value)\"".utf8)
    }
    if isRoot {
      hasRoot = true
      output += Array(" role=\"img\" aria-label=\"\(label.text)\"".utf8)
    }
    output += Array((isEmpty ? "/>" : ">").utf8)
    if !isEmpty { open.append((name, start, output.count)) }
  }

  private mutating func close(_ name: String) {
    guard let element = open.last, element.name == name else { return }
    open.removeLast()
    if name == "g", output.count == element.content {
      output.removeSubrange(element.start...)
    } else {
      output += Array("</\(name)>".utf8)
    }
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
