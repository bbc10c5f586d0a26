import Foundation

@testable import Reporting

/// A page, read strictly: every element that is opened is closed, in order.
struct ParsedPage {
  struct Element {
    let name: String
    let attributes: [String: String]
  }

  private(set) var elements: [Element] = []
  /// The errors, one line each.
  private(set) var faults: [String] = []
  /// The text that a reader sees, without style and script.
  private(set) var words = ""

  private static let void: Set = ["meta", "link"]

  init(_ page: String) {
    var open: [String] = []
    var rest = page[...]
    if rest.hasPrefix("<!DOCTYPE html>\n") { rest = rest.dropFirst(16) } else { faults.append("no doctype") }
    while let start = rest.firstIndex(of: "<") {
      words += rest[..<start]
      guard let end = rest[start...].firstIndex(of: ">") else {
        faults.append("a tag without end")
        return
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        if tag == "/td" || tag == "/th" { words += "\n" }
        if open.popLast() != String(tag.dropFirst()) { faults.append("</\(tag.dropFirst())> closes something else") }
        continue
      }
      let element = Self.element(tag, &faults)
      elements.append(element)
      if tag.hasSuffix("/") || Self.void.contains(element.name) { continue }
      if ["style", "script"].contains(element.name), let end = rest.range(of: "</\(element.name)>") {
        rest = rest[end.upperBound...]
        continue
      }
      open.append(element.name)
    }
    words += rest
    if !open.isEmpty { faults.append("not closed: \(open)") }
  }

  /// All attributes are to be quoted, but for those without a value.
  private static func element(_ tag: Substring, _ faults: inout [String]) -> Element {
    let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
    var names = parts.enumerated().filter { $0.offset % 2 == 0 }.flatMap { _, part in
      part.split { $0.isWhitespace || $0 == "/" }.map { ($0, isAssigned: part.hasSuffix("=") && $0.hasSuffix("=")) }
    }
    let name = names.isEmpty ? "" : String(names.removeFirst().0)
    var values = parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }[...]
    var attributes: [String: String] = [:]
    for (name, isAssigned) in names {
      let key = isAssigned ? String(name.dropLast()) : String(name)
      let isPlain = key.allSatisfy { $0.isASCII && ($0.isLetter || "-:_12".contains($0)) }
      if !isPlain { faults.append("<\(tag)> has '\(name)' in it") }
      let value = isAssigned ? values.popFirst() : ""
      if attributes.updateValue(value ?? "", forKey: key) != nil { faults.append("\(key) twice in <\(tag)>") }
    }
    if !values.isEmpty || parts.count % 2 == 0 { faults.append("<\(tag)> has a value without a name") }
    return Element(name: name, attributes: attributes)
  }

  func count(_ name: String) -> Int { elements.filter { $0.name == name }.count }

  /// The errors of a page, of any run.
  var complaints: [String] { complaints(besides: []) }

  /// - Parameter files: the files that it may link to.
  func complaints(besides files: Set<String>) -> [String] {
    var complaints = faults
    let ids = elements.compactMap { $0.attributes["id"] }
    complaints += Dictionary(grouping: ids) { $0 }.filter { $0.value.count > 1 }.map { "id \($0.key) twice" }
    let known = Set(ids)
    for element in elements {
      for (name, value) in element.attributes {
        if name.hasPrefix("on") { complaints.append("\(name) in <\(element.name)>") }
        guard ["href", "src", "xlink:href", "action", "srcset"].contains(name) else { continue }
        let isKnown =
          value == "data:," || files.contains(value)
          || (value.hasPrefix("#") && known.contains(String(value.dropFirst())))
        if !isKnown { complaints.append("<\(element.name)> leads to \(value)") }
      }
    }
    if count("script") != 1 || count("style") != 1 { complaints.append("more than one script or style") }
    let allowed: Set = [
      "html", "head", "meta", "link", "title", "style", "body", "header", "h1", "h2", "p", "b", "i", "span", "div",
      "table", "caption", "thead", "tbody", "tr", "th", "td", "small", "nav", "details", "summary", "ol", "ul", "li",
      "a",
      "main", "section", "figure", "dl", "dt", "dd", "code", "script",
      "svg", "g", "defs", "path", "circle", "rect", "ellipse", "line", "polyline", "polygon", "use", "text", "tspan",
      "clipPath", "pattern",
    ]
    complaints += Set(elements.map(\.name)).subtracting(allowed).sorted().map { "<\($0)>" }
    return complaints
  }
}
