import Foundation

/// The inputs that are kept in `Tests/Fuzz/corpus`: for each target a text file, in which a line is an input.
enum FuzzCorpus {
  static let folder =
    (0..<2).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent } + "/Fuzz/corpus"

  static func inputs(of target: FuzzTarget, in folder: String = Self.folder) -> [[UInt8]] {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(target.rawValue).txt") else { return [] }
    return data.split(separator: UInt8(ascii: "\n")).map { unescaped(Array($0)) }
  }

  /// `\n`, `\r`, `\t`, `\\` and `\xHH` stand for bytes; all others for themselves.
  static func unescaped(_ line: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = line[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
        bytes.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "x"):
        bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? UInt8(ascii: "?"))
        rest = rest.dropFirst(2)
      default: bytes.append(next)
      }
    }
    return bytes
  }

  static func escaped(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
      switch byte {
      case 0x0A: text += "\\n"
      case 0x0D: text += "\\r"
      case 0x09: text += "\\t"
      case UInt8(ascii: "\\"): text += "\\\\"
      case 0x20..<0x7F: text += String(UnicodeScalar(byte))
      default:
        let digits = String(byte, radix: 16)
        text += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
      }
    }
    return text
  }
}
