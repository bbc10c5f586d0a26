import Plan

extension HTTPTarget {
  /// Whether a request target is in absolute form (RFC 9112, section 3.2.2): a scheme (RFC 3986, section 3.1) and its
  /// authority.
  static func isAbsolute(_ target: UnsafeRawBufferPointer) -> Bool {
    guard let colon = target.firstIndex(of: UInt8(ascii: ":")), target[(colon + 1)...].starts(with: "//".utf8) else {
      return false
    }
    return HTTPBytes(start: target.baseAddress!, count: colon).isScheme
  }
}
