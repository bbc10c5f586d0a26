/// The properties that the elements of a figure inherit.
///
/// A figure on a page says only what differs from the page's style sheet, and says it on the shape itself. gnuplot
/// repeats all of them on a group around each shape.
struct SVGStyle {
  private var asked: [String: String] = [:]

  /// What the page's style sheet says of figures: what most shapes of gnuplot ask for.
  static let sheet = """
    figure svg { fill: none; stroke: currentColor; color: var(--ink); font-size: 12px }
    figure text:not([stroke]) { stroke: none }
    """

  /// Each property with its value in SVG where nobody gives one, and the one that it has on a page.
  private static let properties: [(name: String, initial: String, onPage: String)] = [
    ("fill", "var(--ink)", "none"), ("fill-opacity", "1", "1"), ("fill-rule", "nonzero", "nonzero"),
    ("stroke", "none", "currentColor"), ("stroke-width", "1", "1"), ("stroke-opacity", "1", "1"),
    ("stroke-linecap", "butt", "butt"), ("stroke-linejoin", "miter", "miter"), ("stroke-dasharray", "none", "none"),
    ("color", "var(--ink)", "var(--ink)"), ("shape-rendering", "auto", "auto"), ("font-size", "16", "12"),
    ("font-weight", "normal", "normal"), ("font-style", "normal", "normal"), ("text-anchor", "start", "start"),
  ]
  private static let names = Set(properties.map(\.name))
  private static let ofWords: Set = ["font-size", "font-weight", "font-style", "text-anchor"]

  static func isInherited(_ name: String) -> Bool { names.contains(name) }

  func with(_ attributes: [SVGElement.Attribute]) -> SVGStyle {
    var style = self
    for (name, value) in attributes where Self.isInherited(name) { style.asked[name] = SVGNumber.plain(value) }
    return style
  }

  /// What a shape has to say: nothing that it has on a page anyway, and nothing that does not show.
  func attributes(of element: String) -> [SVGElement.Attribute] {
    let fill = asked["fill"] ?? "var(--ink)"
    let stroke = asked["stroke"] ?? "none"
    let usesColour = element == "use" || fill == "currentColor" || stroke == "currentColor"
    return Self.properties.compactMap { property in
      let value = asked[property.name] ?? property.initial
      // Words have no outline on a page.
      let onPage = element == "text" && property.name == "stroke" ? "none" : property.onPage
      guard value != onPage, element == "text" || !Self.ofWords.contains(property.name) else { return nil }
      if property.name == "color", !usesColour { return nil }
      if property.name.hasPrefix("fill-"), fill == "none", element != "use" { return nil }
      if property.name.hasPrefix("stroke-"), stroke == "none", element != "use" { return nil }
      return (property.name, value)
    }
  }

  var hasOutline: Bool { asked["stroke"] ?? "none" != "none" }
}
