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
    var reader = SVGReader(svg, prefix: prefix)
    guard let root = reader.read() else { return nil }
    var writer = SVGWriter()
    writer.write(root, label: Markup(label))
    markup = Markup(trusted: writer.text)
  }
}

/// An element of a figure, with only what may stand on a page.
struct SVGElement {
  typealias Attribute = (name: String, value: String)

  enum Content {
    case element(SVGElement)
    /// Escaped.
    case text(String)
  }

  let name: String
  let attributes: [Attribute]
  var content: [Content] = []

  var elements: [SVGElement] {
    content.compactMap { if case .element(let element) = $0 { element } else { nil } }
  }

  subscript(attribute: String) -> String? { attributes.first { $0.name == attribute }?.value }
}
