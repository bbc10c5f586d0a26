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
  /// The open elements that were kept.
  private var open: [Open] = []
  /// The groups with which the output ends, the outermost last, and where in it each ends.
  private var ended: [(tag: [UInt8], end: Int)] = []
  /// What the output ends with, where that is a path of rectangles.
  private var rectangles: (tag: [UInt8], end: Int)?
  private var hasRoot = false

  private struct Open {
    let name: String
    let tag: [UInt8]
    /// Where in the output it begins; nil where it goes on with a group that was closed.
    let start: Int?
    /// Where in the output its content begins.
    let content: Int
    /// What its content inherits.
    let style: Style
  }

  fileprivate struct Style {
    var cap = "butt"
    var join = "miter"
    var stroke = "none"
  }

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
    while let element = open.popLast() { output += "</\(element.name)>".utf8 }
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
    let kept = attributes.compactMap { self.kept($0.name, $0.value) }
    var style = open.last?.style ?? Style()
    // What `use` shows inherits from there.
    let isShown = !open.contains { $0.name == "defs" }
    let written = kept.filter { !style.take($0.name, $0.value) || !isShown }
    if name == "polygon", isEmpty, isShown, let path = Self.rectangle(written) {
      draw(path, style)
      return
    }
    var tag = Array("<\(name)".utf8)
    for (name, value) in written { tag += " \(name)=\"\(value)\"".utf8 }
    if isRoot {
      hasRoot = true
      tag += " role=\"img\" aria-label=\"\(label.text)\"".utf8
    }
    tag += (isEmpty ? "/>" : ">").utf8
    let isAlike = name == "g" && !isEmpty && ended.last.map { $0.end == output.count && $0.tag == tag } == true
    if isAlike, !written.contains(where: { $0.name == "id" || $0.name == "opacity" }) {
      output.removeLast("</g>".utf8.count)
      ended.removeLast()
      open.append(Open(name: name, tag: tag, start: nil, content: output.count, style: style))
      return
    }
    let start = output.count
    output += tag
    if !isEmpty { open.append(Open(name: name, tag: tag, start: start, content: output.count, style: style)) }
  }

  /// Rectangles of one look that follow each other are one path: heat maps have thousands.
  private mutating func draw(_ path: (attributes: String, data: String), _ style: Style) {
    let tag = Array("<path\(path.attributes) d=\"".utf8)
    if let last = rectangles, last.end == output.count, last.tag == tag, style.stroke == "none",
      !path.attributes.contains("opacity")
    {
      output.removeLast("\"/>".utf8.count)
    } else {
      output += tag
    }
    output += "\(path.data)\"/>".utf8
    rectangles = (tag, output.count)
  }

  /// A polygon that is an upright rectangle as a path, which takes half the room. Each turns the same way, so that two that
  /// overlap make no hole.
  private static func rectangle(_ polygon: [(name: String, value: String)]) -> (attributes: String, data: String)? {
    guard let points = polygon.first(where: { $0.name == "points" })?.value else { return nil }
    let corners = points.split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
    guard corners.count == 4, corners.allSatisfy({ $0.count == 2 && abs($0[0]) < 1e6 && abs($0[1]) < 1e6 }),
      corners[0][1] == corners[1][1],
      corners[1][0] == corners[2][0], corners[2][1] == corners[3][1], corners[3][0] == corners[0][0]
    else { return nil }
    let (a, b) = (corners[0], corners[2])
    func text(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
    let (left, right, top, bottom) = (min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1]))
    let others = polygon.filter { $0.name != "points" }.map { " \($0.name)=\"\($0.value)\"" }
    return (others.joined(), "M\(text(left)),\(text(top))H\(text(right))V\(text(bottom))H\(text(left))z")
  }

  private mutating func close(_ name: String) {
    guard let element = open.last, element.name == name else { return }
    open.removeLast()
    if name == "g", let start = element.start, output.count == element.content {
      output.removeSubrange(start...)
      return
    }
    if ended.last?.end != output.count { ended = [] }
    output += "</\(name)>".utf8
    if name == "g" { ended.append((element.tag, output.count)) }
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

extension SVGReader.Style {
  /// Takes an attribute over, and returns whether that is what is inherited anyway.
  fileprivate mutating func take(_ name: String, _ value: String) -> Bool {
    switch name {
    case "stroke-linecap":
      defer { cap = value }
      return cap == value
    case "stroke-linejoin":
      defer { join = value }
      return join == value
    case "stroke":
      stroke = value
      return false
    default: return false
    }
  }
}
