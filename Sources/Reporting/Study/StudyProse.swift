import Foundation

/// What may not be written by hand in an article: measured numbers, and comparisons that nothing checks.
///
/// A numeral is allowed if it is a part of a name (`p99`, `HTTP/1.1`, `SHA-256`, anything in code), the number of an
/// RFC, or the year of a paper behind its author's name. Words for amounts, such as “twice” and “a thousand”, are numbers,
/// too, except “hundreds” and “million”, which claims are about.
/// A comparison, such as “faster”, needs an assertion above its paragraph, or stands in a verdict that the run words.
enum StudyProse {
  /// - Parameter isAsserted: whether the run checks what the paragraph presumes.
  static func check(_ parts: [StudyTemplate.Part], isAsserted: Bool) throws(StudyComplaint) {
    for part in parts {
      switch part {
      case .words(let text), .strong(let text):
        try checkNumerals(text)
        guard !isAsserted, let word = words(text).first(where: comparatives.contains) else { continue }
        throw StudyComplaint("'\(word)' compares, and nothing checks it; write an assertion (? …) above the paragraph")
      case .code, .placeholder: continue
      }
    }
  }

  /// A heading names a subject, and has no numbers.
  static func check(heading text: String) throws(StudyComplaint) { try checkNumerals(text) }

  private static func checkNumerals(_ text: String) throws(StudyComplaint) {
    if let word = words(text).first(where: multiples.contains) {
      throw StudyComplaint("'\(word)' is a number typed by hand; write a placeholder")
    }
    let plain = text.replacing(rfc, with: "RFC").replacing(paper) { "\($0.output.1)" }
      .replacing(paperInBrackets) { "\($0.output.1)" }.replacing(name, with: "")
    guard let numeral = plain.firstMatch(of: numeral)?.output else { return }
    throw StudyComplaint("'\(numeral)' is a number typed by hand; write a placeholder, or a setting of the run")
  }

  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter }.map(String.init)
  }

  private nonisolated(unsafe) static let rfc = /\bRFC \d+/
  /// `Conover 1999`; a word of three letters or less begins a sentence as often as it is a name.
  private nonisolated(unsafe) static let paper = /(\p{Lu}\p{L}{3,}),? (?:19|20)\d\d\b/
  /// `Hsu (1984)`
  private nonisolated(unsafe) static let paperInBrackets = /(\p{Lu}\p{L}+) \((?:19|20)\d\d\)/
  /// A word that begins with a letter; a hyphen only behind capitals.
  private nonisolated(unsafe) static let name = /\b(?:[A-Z]{2,}-\d+|\p{L}[\p{L}_\/.+]*\d[\p{L}\d_\/.+]*)/
  private nonisolated(unsafe) static let numeral = /[\d.,]*\d+/

  private static let multiples: Set<String> = [
    "twice", "thrice", "double", "doubles", "doubled", "triple", "triples", "tripled", "half", "halves", "halved",
    "twofold", "threefold", "fourfold", "tenfold", "hundredfold", "thousandfold", "dozen", "dozens", "hundred",
    "thousand", "thousands", "percent",
  ]

  private static let comparatives: Set<String> = [
    "faster", "fastest", "slower", "slowest", "quicker", "quickest", "cheaper", "cheapest", "dearer", "beats", "wins",
    "loses", "outperforms", "outperform",
  ]
}
