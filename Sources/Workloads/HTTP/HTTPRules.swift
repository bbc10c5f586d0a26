import Plan

extension HTTPReader {
  /// The limits and the strictness of a reader.
  public struct Rules: Hashable, Sendable {
    /// The longest field line, with its end. Start lines have ``HTTPReader/maximumStartLineLength``.
    public var line: Int
    /// The longest head or trailer section, with line ends; interim responses count towards the final one.
    public var head: Int
    /// The maximum number of fields in a head or trailer section, at most 65,535.
    public var fields: Int
    /// Whether to accept spaces and tabs after a chunk size. RFC 9112, section 7.1, does not allow them, but some
    /// servers send them.
    public var isLenient: Bool

    public init(line: Int, head: Int, fields: Int, isLenient: Bool = false) {
      self.line = line
      self.head = head
      self.fields = fields
      self.isLenient = isLenient
    }

    /// For requests: the limits for unknown clients.
    public static var server: Rules { Rules(line: 8 << 10, head: 32 << 10, fields: 100) }

    /// For replies from a chosen server: a line may be as long as a head.
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
