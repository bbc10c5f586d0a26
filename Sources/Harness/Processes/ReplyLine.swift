import Plan

/// A line of `replies/*.jsonl`: the reply to an operation of `http`.
struct ReplyLine: Codable {
  var op: UInt64
  var status: Int
  /// Nil if the body is not UTF-8; it is then in `bodyBase64`.
  var body: String?
  var bodyBase64: String?

  enum CodingKeys: String, CodingKey {
    case op, status, body
    case bodyBase64 = "body_base64"
  }
}

extension ReplyLine.CodingKeys: DescribedKey {
  static let object =
    "A line of replies/*.jsonl: what an http operation of a workload with \"gather\" was answered, in the order of "
    + "operations."

  var field: FieldDescription {
    switch self {
    case .op: "The number of the operation."
    case .status: .init("The HTTP status.", minimum: 100, maximum: 999)
    case .body: "The body, where it is UTF-8."
    case .bodyBase64: .init("Any other body, in Base64.", pattern: "^[A-Za-z0-9+/]*={0,2}$")
    }
  }
}
