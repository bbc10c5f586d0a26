/// Turns an SVG of gnuplot into one with a title, and with values that show when a reader points at a mark.
///
/// Gnuplot writes values for its own script, as the argument of `showHypertext` beside a blank title. A title with the
/// value needs no script, and every browser shows it.
enum FinishedSVG {
  /// - Parameters:
  ///   - title: of the figure.
  ///   - description: of the figure.
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

  /// The line with the value as the title of its group; nil if it has no value for gnuplot's script.
  private static func value(_ line: Substring) -> String? {
    guard let start = line.firstRange(of: call), let end = line.firstRange(of: end), start.upperBound <= end.lowerBound
    else { return nil }
    let text = line[start.upperBound..<end.lowerBound]
    return "\(line[..<start.lowerBound])<g><title>\(escaped(String(text)))</title>\(line[end.upperBound...])"
  }

  /// The line without the title that gnuplot makes up for a plot that has none; nil if it has no such title.
  private static func unnamed(_ line: Substring) -> String? {
    guard let start = line.firstRange(of: "<title>iomodes_plot_"), let end = line.firstRange(of: "</title>") else {
      return nil
    }
    return "\(line[..<start.lowerBound])\(line[end.upperBound...])"
  }

  /// What gnuplot has escaped stays as it is.
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
