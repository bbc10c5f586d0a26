import Plan

extension HTTPReader {
  /// How much of a message a reader takes, and how strictly it reads.
  public struct Rules: Hashable, Sendable {
    /// The longest field line, its end included. Start lines have ``HTTPReader/maximumStartLineLength``.
    public var line: Int
    /// The longest head or trailer section, line ends included; interim responses count towards the final one.
    public var head: Int
    /// The most fields in a head or trailer section, at most 65,535.
    public var fields: Int
    /// Whether a reader takes spaces and tabs after a chunk size, for which RFC 9112, section 7.1, has no place, and which
    /// some servers send.
    public var isLenient: Bool

    public init(line: Int, head: Int, fields: Int, isLenient: Bool = false) {
      self.line = line
      self.head = head
      self.fields = fields
      self.isLenient = isLenient
    }

    /// For requests: what strangers may make a server keep.
    public static var server: Rules { Rules(line: 8 << 10, head: 32 << 10, fields: 100) }

    /// For replies, which come from a server that was chosen: a line may be as long as a head.
    public static var client: Rules { Rules(line: 64 << 10, head: 64 << 10, fields: 1000) }
  }
}

extension HTTPSpec {
  /// How replies are read.
  var rules: HTTPReader.Rules {
    var rules = HTTPReader.Rules.client
    if let maxHead { (rules.head, rules.line) = (maxHead.count, maxHead.count) }
    rules.fields = maxFields ?? rules.fields
    rules.isLenient = lenient ?? false
    return rules
  }
}
