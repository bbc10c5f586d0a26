/// Writes a figure in few characters: without groups that only carry a look, without symbols that nothing shows, and
/// with tenths of a pixel.
struct SVGWriter {
  private(set) var text = ""
  /// Rectangles that wait to be drawn, one path for each look: heat maps have thousands.
  private var boxes: [(look: String, path: SVGPath)] = []
  private var lastBox: SVGBox?
  /// The ids that something refers to.
  private var wanted: Set<String> = []

  /// What a shape has from the groups around it.
  private struct Place {
    var style = SVGStyle()
    /// Transforms that no group carries, the outermost first.
    var transform = ""
  }

  private static let positions: Set = ["x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height", "points"]

  /// - Parameters:
  ///   - root: an `svg` element.
  ///   - label: the words for readers who cannot see the figure.
  mutating func write(_ root: SVGElement, label: Markup) {
    want(root)
    let own = root.attributes.filter { !SVGStyle.isInherited($0.name) }
    text += "<svg\(Self.written(own)) role=\"img\" aria-label=\"\(label.text)\">"
    write(root.content, in: Place(style: SVGStyle().with(root.attributes)))
    drawBoxes()
    text += "</svg>"
  }

  private mutating func write(_ content: [SVGElement.Content], in place: Place) {
    for case .element(let element) in content {
      switch element.name {
      case "g": write(group: element, in: place)
      case "defs": write(symbols: element)
      case "clipPath": write(unchanged: element)
      case "title": text += "<title>\(Self.words(element))</title>"
      default: write(shape: element, in: place)
      }
    }
  }

  /// A group stays only for its title, or for what no shape inherits.
  private mutating func write(group: SVGElement, in place: Place) {
    var place = place
    place.style = place.style.with(group.attributes)
    if let own = group["transform"] { place.transform = Self.joined(place.transform, own) }
    let others = group.attributes.filter { $0.name == "opacity" || $0.name == "clip-path" }
    guard !others.isEmpty || group.elements.contains(where: { $0.name == "title" }) else {
      return write(group.content, in: place)
    }
    drawBoxes()
    text += "<g\(Self.written(others))\(Self.written(transform: place.transform))>"
    place.transform = ""
    write(group.content, in: place)
    drawBoxes()
    text += "</g>"
  }

  private mutating func write(shape: SVGElement, in place: Place) {
    let style = place.style.with(shape.attributes)
    var own = shape.attributes.filter { !SVGStyle.isInherited($0.name) && $0.name != "transform" }
    var transform = Self.joined(place.transform, shape["transform"] ?? "")
    let look = style.attributes(of: shape.name)
    if shape.name == "polygon", transform.isEmpty, own.count == 1, let box = shape["points"].flatMap(SVGBox.init) {
      return draw(box, Self.written(look), alone: style.hasOutline || look.contains { $0.name.hasSuffix("opacity") })
    }
    drawBoxes()
    if shape.name == "text" {
      guard !Self.words(shape).isEmpty else { return }
      if let point = Self.translation(transform), shape["x"] == nil, shape["y"] == nil {
        own = [("x", point.x), ("y", point.y)] + own
        transform = ""
      }
    }
    let tag =
      "<\(shape.name)\(Self.written(own.map(Self.short)))\(Self.written(transform: transform))\(Self.written(look))"
    text += shape.name == "text" ? "\(tag)>\(Self.words(shape))</text>" : "\(tag)/>"
  }

  /// Boxes of one look become one path as long as none of them covers another, so that their order does not show.
  private mutating func draw(_ box: SVGBox, _ look: String, alone: Bool) {
    if alone || lastBox.map({ !box.follows($0) }) == true { drawBoxes() }
    let index = boxes.firstIndex { $0.look == look } ?? boxes.count
    if index == boxes.count { boxes.append((look, SVGPath())) }
    boxes[index].path.add(box)
    lastBox = box
    if alone { drawBoxes() }
  }

  private mutating func drawBoxes() {
    for (look, path) in boxes { text += "<path\(look) d=\"\(path.text)\"/>" }
    boxes = []
    lastBox = nil
  }

  /// The symbols that the figure shows, or that those refer to.
  private mutating func write(symbols: SVGElement) {
    let shown = symbols.elements.filter { symbol in symbol["id"].map(wanted.contains) ?? true }
    guard !shown.isEmpty else { return }
    drawBoxes()
    text += "<defs>"
    for symbol in shown { write(unchanged: symbol) }
    text += "</defs>"
  }

  private mutating func write(unchanged element: SVGElement) {
    text += "<\(element.name)\(Self.written(element.attributes))"
    guard !element.elements.isEmpty else {
      text += "/>"
      return
    }
    text += ">"
    for part in element.elements { write(unchanged: part) }
    text += "</\(element.name)>"
  }

  /// Finds the ids that are referred to; a symbol counts only if it is itself referred to.
  private mutating func want(_ root: SVGElement) {
    var symbols: [SVGElement] = []
    func references(_ element: SVGElement) -> [String] {
      if element.name == "defs" {
        symbols += element.elements
        return []
      }
      let own = element.attributes.compactMap { name, value -> String? in
        if name == "href" { return String(value.dropFirst()) }
        return value.hasPrefix("url(#") ? String(value.dropFirst(5).prefix { $0 != ")" }) : nil
      }
      return own + element.elements.flatMap(references)
    }
    var found = references(root)
    while let id = found.popLast() {
      guard wanted.insert(id).inserted, let symbol = symbols.first(where: { $0["id"] == id }) else { continue }
      found += references(symbol)
    }
  }
}

extension SVGWriter {
  private static func written(_ attributes: [SVGElement.Attribute]) -> String {
    attributes.map { " \($0.name)=\"\($0.value)\"" }.joined()
  }

  private static func written(transform: String) -> String {
    transform.isEmpty ? "" : " transform=\"\(transform)\""
  }

  private static func short(_ attribute: SVGElement.Attribute) -> SVGElement.Attribute {
    if attribute.name == "d" { return ("d", SVGPath(attribute.value)?.text ?? attribute.value) }
    return (attribute.name, positions.contains(attribute.name) ? SVGNumber.rounded(attribute.value) : attribute.value)
  }

  /// The words of an element, with the look of each part.
  private static func words(_ element: SVGElement) -> String {
    element.content.map { part in
      switch part {
      case .text(let text): return text
      case .element(let part):
        guard part.name == "tspan" else { return "" }
        return part.attributes.isEmpty ? words(part) : "<tspan\(written(part.attributes))>\(words(part))</tspan>"
      }
    }.joined()
  }

  /// Two transforms, one within the other, with their translations in tenths of a pixel.
  private static func joined(_ outer: String, _ inner: String) -> String {
    let parts = inner.split(separator: ")").map { part -> String in
      let part = part.drop { $0 == " " }
      guard let open = part.firstIndex(of: "(") else { return String(part) }
      let (name, values) = (part[..<open], String(part[part.index(after: open)...]))
      return "\(name)(\(name == "translate" ? SVGNumber.rounded(values) : SVGNumber.plain(values)))"
    }
    return ([outer] + parts).filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// The point that a transform moves the origin to; nil if it does anything else.
  private static func translation(_ transform: String) -> (x: String, y: String)? {
    guard transform.hasPrefix("translate("), transform.hasSuffix(")") else { return nil }
    let values = transform.dropFirst("translate(".count).dropLast().split(separator: ",")
    guard values.count == 2, values.allSatisfy({ Double($0) != nil }) else { return nil }
    return (String(values[0]), String(values[1]))
  }
}
