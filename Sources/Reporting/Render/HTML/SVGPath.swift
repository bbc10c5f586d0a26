/// Numbers of a figure, in its pixels.
enum SVGNumber {
  /// In tenths of a pixel, which is finer than a screen shows; nil if `text` is no number, or far outside any figure.
  static func tenths(_ text: some StringProtocol) -> Int? {
    guard let value = Double(text), abs(value) < 1e6 else { return nil }
    return Int((value * 10).rounded())
  }

  /// `63.5`, `-.5` and `64`.
  static func text(tenths: Int) -> String {
    let (whole, part) = abs(tenths).quotientAndRemainder(dividingBy: 10)
    return (tenths < 0 ? "-" : "") + (whole > 0 || part == 0 ? "\(whole)" : "") + (part > 0 ? ".\(part)" : "")
  }

  /// Without zeros that say nothing: `13.00` is `13`. Other text is unchanged.
  static func plain(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: ".")), text.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }) else {
      return text
    }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text.isEmpty ? "0" : text
  }

  /// `12.34,5.60 7.00,8.00` in tenths of a pixel; text with anything else is unchanged.
  static func rounded(_ text: String) -> String {
    let points = text.split(separator: " ").map { $0.split(separator: ",").map { tenths($0) } }
    guard points.allSatisfy({ $0.allSatisfy { $0 != nil } }) else { return text }
    return points.map { $0.map { Self.text(tenths: $0 ?? 0) }.joined(separator: ",") }.joined(separator: " ")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// The data of a path in few characters: tenths of a pixel, each point from the one before.
struct SVGPath {
  private(set) var text = ""
  /// Where the pen is, and where it set down, in tenths of a pixel.
  private var pen = (x: 0, y: 0)
  private var start = (x: 0, y: 0)
  private var last: Character?

  init() {}

  /// - Parameter data: `M1.00,2.00 L3.00,4.00 Z`, as gnuplot writes it. Nil where there is anything else in it.
  init?(_ data: String) {
    var moved: (x: Int, y: Int)?
    for part in data.split(separator: " ") {
      guard let command = part.first else { return nil }
      if command == "Z" || command == "z" {
        guard part.count == 1 else { return nil }
        close()
        continue
      }
      let numbers = part.dropFirst().split(separator: ",").compactMap { SVGNumber.tenths($0) }
      guard command == "M" || command == "L", numbers.count == 2 else { return nil }
      let point = (x: numbers[0], y: numbers[1])
      if command == "M" {
        moved = point
      } else {
        if let moved { move(to: moved) }
        moved = nil
        line(to: point)
      }
    }
  }

  /// A rectangle. Each turns the same way, so that two that overlap make no hole.
  mutating func add(_ box: SVGBox) {
    move(to: (box.left, box.top))
    line(to: (box.right, box.top))
    line(to: (box.right, box.bottom))
    line(to: (box.left, box.bottom))
    close()
  }

  private mutating func move(to point: (x: Int, y: Int)) {
    if last == nil { write("M", [point.x, point.y]) } else { write("m", [point.x - pen.x, point.y - pen.y]) }
    (pen, start) = (point, point)
  }

  private mutating func line(to point: (x: Int, y: Int)) {
    let (x, y) = (point.x - pen.x, point.y - pen.y)
    pen = point
    if y == 0 {
      // A point that is where the pen is shows only if it is all there is of a line.
      if x != 0 || last == "m" || last == "M" { write("h", [x]) }
    } else if x == 0 {
      write("v", [y])
    } else {
      write("l", [x, y])
    }
  }

  private mutating func close() {
    guard last != nil, last != "z" else { return }
    write("z", [])
    pen = start
  }

  private mutating func write(_ command: Character, _ numbers: [Int]) {
    if command != last || numbers.isEmpty { text.append(command) }
    for (index, number) in numbers.enumerated() {
      let isSeparate = number < 0 || (index == 0 && command != last)
      if !isSeparate { text += " " }
      text += SVGNumber.text(tenths: number)
    }
    last = command
  }
}

/// An upright rectangle, in tenths of a pixel.
struct SVGBox: Equatable {
  let left, right, top, bottom: Int

  /// - Parameter points: the corners of a polygon. Nil if they are not those of an upright rectangle.
  init?(_ points: String) {
    let corners = points.split(separator: " ").map { $0.split(separator: ",").compactMap { SVGNumber.tenths($0) } }
    guard corners.count == 4, corners.allSatisfy({ $0.count == 2 }), corners[0][1] == corners[1][1],
      corners[1][0] == corners[2][0], corners[2][1] == corners[3][1], corners[3][0] == corners[0][0]
    else { return nil }
    (left, right) = (min(corners[0][0], corners[2][0]), max(corners[0][0], corners[2][0]))
    (top, bottom) = (min(corners[0][1], corners[2][1]), max(corners[0][1], corners[2][1]))
  }

  /// Whether this one is above `other` in one column, or in a column to the right of it; edges may be shared.
  func follows(_ other: SVGBox) -> Bool {
    left >= other.right - 1 || (left == other.left && right == other.right && bottom <= other.top + 1)
  }
}
