/// What is said of a word that is none of those there are, and what it was meant to be.
public enum Spelling {
  /// `'epol' is not a mode; did you mean 'epoll'?; there are blocking, epoll`.
  /// - Parameters:
  ///   - kind: what it should be, with its article.
  ///   - aliases: what candidates are called elsewhere, by that name.
  public static func isNot(
    _ word: String, _ kind: String, among candidates: [String], aliases: [String: String] = [:]
  ) -> String {
    "'\(word)' is not \(kind)\(hint(word, among: candidates, aliases: aliases)); "
      + "there are \(candidates.isEmpty ? "none" : candidates.joined(separator: ", "))"
  }

  /// `'pol' is not one of inline, pool; did you mean 'pool'?`.
  public static func isNone(_ word: String, of candidates: [String], aliases: [String: String] = [:]) -> String {
    "'\(word)' is not one of \(candidates.joined(separator: ", "))\(hint(word, among: candidates, aliases: aliases))"
  }

  /// `; did you mean 'epoll'?`, or nothing where no candidate is near.
  /// - Parameters:
  ///   - aliases: what candidates are called elsewhere, by that name.
  ///   - form: the candidate as it is to be written; in quotation marks unless given.
  public static func hint(
    _ word: String, among candidates: [String], aliases: [String: String] = [:],
    as form: (String) -> String = { "'\($0)'" }
  ) -> String {
    nearest(word, among: candidates, aliases: aliases).map { "; did you mean \(form($0))?" } ?? ""
  }

  /// The candidate that is called so elsewhere, the only one that begins so, or else the closest by Levenshtein's
  /// distance, if that is close; in capitals or not.
  public static func nearest(
    _ word: String, among candidates: [String], aliases: [String: String] = [:]
  ) -> String? {
    let word = word.lowercased()
    if let meant = aliases[word], candidates.contains(meant) { return meant }
    let longer = candidates.filter { $0.hasPrefix(word) }
    if word.count > 1, longer.count == 1 { return longer[0] }
    let scored = candidates.map { ($0, distance(Array(word), Array($0.lowercased()))) }
    guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, word.count / 3) else { return nil }
    return best.0
  }

  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let next = min(row[j + 1] + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
