/// What is wrong with hosts as they were given, in one line that says what to write.
public struct MalformedHosts: Error, CustomStringConvertible {
  public let description: String
  package init(_ description: String) { self.description = description }
}

/// Lists of hosts as people and schedulers write them.
public enum HostList {
  /// The maximum number of hosts of a run.
  static let most = 1000

  /// Parses names with commas between them; ranges in brackets are expanded as Slurm writes them: `n[1-3,07],m1`.
  /// - Returns: distinct names in the order given; at least one.
  public static func parse(_ text: String) throws(MalformedHosts) -> [String] {
    var hosts: [String] = []
    for part in try parts(of: text[...], in: text) {
      hosts += try expanded(part, in: text)
      guard hosts.count <= most else { throw MalformedHosts("'\(text)' is more than \(most) hosts") }
    }
    var seen: Set<String> = []
    for host in hosts {
      if let objection = objection(toName: host) { throw objection }
      if !seen.insert(host).inserted { throw MalformedHosts("'\(text)' names the host '\(host)' twice") }
    }
    return hosts
  }

  /// Parses a file with a host at the beginning of each line, as the files of hosts of MPI and PBS have it. What follows
  /// a host, empty lines, and comments after `#` are ignored. A host may stand there once for each of its slots.
  /// - Returns: distinct names in the order of the file; at least one.
  public static func parse(file text: String, named path: String) throws(MalformedHosts) -> [String] {
    var hosts: [String] = []
    var seen: Set<String> = []
    for line in text.split(whereSeparator: \.isNewline) {
      guard let host = line.prefix(while: { $0 != "#" }).split(whereSeparator: \.isWhitespace).first.map(String.init)
      else { continue }
      if let objection = objection(toName: host) { throw MalformedHosts("\(path): \(objection)") }
      if seen.insert(host).inserted { hosts.append(host) }
    }
    guard !hosts.isEmpty else { throw MalformedHosts("\(path) names no host; write one in each line") }
    guard hosts.count <= most else { throw MalformedHosts("\(path) names more than \(most) hosts") }
    return hosts
  }

  /// Why a name is none; nil if it is one. A launcher might take other texts for options of its own, or for more words.
  static func objection(toName name: String) -> MalformedHosts? {
    let isName =
      !name.isEmpty && !name.hasPrefix("-")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "._-:@/%+".utf8.contains(byte)
        }
      }
    return isName
      ? nil
      : MalformedHosts("'\(name)' is not the name of a host; it has letters, digits and ._-:@/%+, and begins with no -")
  }

  /// Splits at the commas outside of brackets.
  private static func parts(of list: Substring, in text: String) throws(MalformedHosts) -> [Substring] {
    var parts: [Substring] = []
    var isInside = false
    var start = list.startIndex
    for index in list.indices {
      switch list[index] {
      case "[" where !isInside: isInside = true
      case "]" where isInside: isInside = false
      case "[", "]": throw malformed(text)
      case "," where !isInside:
        parts.append(list[start..<index])
        start = list.index(after: index)
      default: break
      }
    }
    guard !isInside else { throw malformed(text) }
    return parts + [list[start...]]
  }

  /// All names that a part stands for: it may have several brackets.
  private static func expanded(_ part: Substring, in text: String) throws(MalformedHosts) -> [String] {
    guard let open = part.firstIndex(of: "["), let close = part.firstIndex(of: "]"), open < close else {
      return [String(part)]
    }
    var numbers: [String] = []
    for range in part[part.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false) {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, ends.allSatisfy({ !$0.isEmpty && $0.count <= 9 && $0.utf8.allSatisfy(isDigit) }),
        let first = Int(ends[0]), let last = Int(ends[ends.count - 1]), first <= last, last - first < most
      else { throw malformed(text) }
      // Leading zeros are part of the names.
      numbers += (first...last).map { number in
        let digits = String(number)
        return String(repeating: "0", count: max(0, ends[0].count - digits.count)) + digits
      }
    }
    let rest = try expanded(part[part.index(after: close)...], in: text)
    guard numbers.count * rest.count <= most else { throw MalformedHosts("'\(text)' is more than \(most) hosts") }
    return numbers.flatMap { number in rest.map { part[..<open] + number + $0 } }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

  private static func malformed(_ text: String) -> MalformedHosts {
    MalformedHosts("'\(text)' is not a list of hosts, such as n1,n2 or n[1-3,7]")
  }
}
