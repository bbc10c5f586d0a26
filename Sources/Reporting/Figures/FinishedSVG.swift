/// What gnuplot draws as SVG, with a title, and with values where a reader points at a marker.
///
/// Gnuplot writes values for a script of its own, as the argument of `showHypertext`, beside a title that is blank. A
/// title with the value needs no script, and every browser shows it.
enum FinishedSVG {
  /// - Parameters:
  ///   - title: of the whole.
  ///   - description: of the whole.
  static func text(_ drawn: String, title: String, description: String) -> String {
    var result = ""
    result.reserveCapacity(drawn.utf8.count)
    var hasTitle = false
    for line in drawn.split(separator: "\n", omittingEmptySubsequences: false) {
      if !hasTitle, line.hasPrefix("<title>") {
        hasTitle = true
        result += "<title>\(escaped(title))</title>"
      } else if line.hasPrefix("<desc>Produced by GNUPLOT") {
        result += "<desc>\(escaped(description))</desc>"
      } else {
        result += value(line) ?? unnamed(line) ?? String(line)
      }
      result += "\n"
    }
    result.removeLast()
    return result
  }

  private static let call = "<g onmousemove=\"gnuplot_svg.showHypertext(evt,'"
  private static let end = "')\" onmouseout=\"gnuplot_svg.hideHypertext()\"><title> </title>"

  /// The group of a marker whose value gnuplot leaves to its script.
  private static func value(_ line: Substring) -> String? {
    guard let start = line.firstRange(of: call), let end = line.firstRange(of: end), start.upperBound <= end.lowerBound
    else { return nil }
    let text = line[start.upperBound..<end.lowerBound]
    return "\(line[..<start.lowerBound])<g><title>\(escaped(String(text)))</title>\(line[end.upperBound...])"
  }

  /// A title that says nothing: that of a plot without one.
  private static func unnamed(_ line: Substring) -> String? {
    guard let start = line.firstRange(of: "<title>iomodes_plot_"), let end = line.firstRange(of: "</title>") else {
      return nil
    }
    return "\(line[..<start.lowerBound])\(line[end.upperBound...])"
  }

  /// What gnuplot has escaped already stays as it is.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for (index, character) in zip(text.indices, text) {
      switch character {
      case "&" where !text[index...].hasPrefix("&amp;") && !text[index...].hasPrefix("&lt;"): result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
    return result
  }
}
