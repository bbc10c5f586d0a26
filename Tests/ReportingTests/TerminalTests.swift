import Testing

@testable import Reporting

struct TerminalTests {
  @Test(
    arguments: [
      (0.0, ""), (-1.0, ""), (0.0001, "▏"), (0.125, "█"), (0.5, "████"), (0.515, "████▏"), (1, "████████"),
      (7, "████████"),
      (.nan, ""),
    ] as [(Double, String)])
  func barIsInEighthsOfAColumn(fraction: Double, bar: String) {
    #expect(Terminal.bar(fraction, width: 8) == bar)
  }

  @Test(
    arguments: [
      ([], ""), ([0, 0], "  "), ([1], "█"), ([0, 1, 1000], " ▁█"), ([8, 7, 6, 5, 4, 3, 2, 1], "█▇▆▅▄▃▂▁"),
      ([1e300, 1], "█▁"),
    ] as [([Double], String)])
  func sparklineIsAsHighAsItsCounts(counts: [Double], line: String) {
    #expect(Terminal.sparkline(counts) == line)
  }

  @Test(
    arguments: [
      ("é µ × 中 👍\n\t|", "é µ × 中 👍\n\t|"), ("a\u{1B}[2Jb", "a\\x1B[2Jb"), ("\r\u{7}\u{0}", "\\x0D\\x07\\x00"),
      ("\u{9B}31m", "\\x9B31m"), ("\u{202E}txt", "\\x202Etxt"), ("\u{1B}]0;title\u{7}", "\\x1B]0;title\\x07"),
      ("\u{1B}[8mhidden", "\\x1B[8mhidden"), ("\u{1B}[1mbold\u{1B}[0m", "\u{1B}[1mbold\u{1B}[0m"),
      ("\r\n", "\\x0D\n"), ("\u{7F}\u{2028}", "\\x7F\\x2028"),
    ])
  func textDoesNothingToATerminal(_ text: String, shown: String) {
    #expect(Terminal.visible(text) == shown)
    #expect(Terminal.visible(shown) == shown)
  }

  @Test func asciiKeepsWhatIsMeant() {
    #expect(Terminal.ascii("▁▂▃▄▅▆▇█ ▕██▌▏") == "_.:-=+*# |##-.")
    #expect(Terminal.ascii("2 µs × 3 ± 1 % · ≤ 5 … 6 – 7") == "2 us x 3 +- 1 % - <= 5 ... 6 - 7")
    #expect(Terminal.ascii("“é”\n") == "\"?\"\n")
  }

  @Test func textIsWrappedAtSpacesWithAnIndent() {
    #expect(Terminal.wrapped("one two three four", width: 9, indent: 2) == ["one two", "  three", "  four"])
    #expect(Terminal.wrapped("unbreakable", width: 3) == ["unbreakable"])
    #expect(Terminal.wrapped("", width: 3) == [""])
  }

  @Test(
    arguments: [
      (0, "0"), (1234.56, "1,235"), (12345.6, "12,346"), (9.9996, "10.00"), (0.123456, "0.1235"), (99.995, "100.0"),
      (-1_234_567, "-1,234,567"), (.infinity, "–"), (1e-300, "0.000000000000"),
    ] as [(Double, String)])
  func numberHasFourSignificantDigits(value: Double, text: String) {
    #expect(NumberText.significant(value) == text)
  }

  @Test(
    arguments: [
      (999.0, "999 ns"), (1500, "1.50 µs"), (2_310_000, "2.31 ms"), (100e9, "100 s"), (0, "0 ns"),
    ] as [(Double, String)])
  func spanIsInItsLargestUnit(nanoseconds: Double, text: String) {
    #expect(NumberText.span(nanoseconds: nanoseconds) == text)
  }

  @Test func progressLineTellsWhatIsDoneAndWhatIsLeft() {
    let line = ProgressBar().line(done: 5, total: 20, label: "http-2ms epoll", elapsed: 30, remaining: 90, width: 80)
    #expect(line == "▕█████               ▏  5/20  1:30 left  http-2ms epoll")
  }

  @Test func progressLineHasTheTimeSoFarWhereNothingElseIsKnown() {
    let line = ProgressBar().line(done: 0, total: 4, label: "x", elapsed: 3725.4, remaining: nil, width: 20)
    #expect(line == "▕     ▏ 0/4  1:02:0…")
  }

  @Test(arguments: [0, 1, 10, 40, 200])
  func progressLineFits(width: Int) {
    let bar = ProgressBar()
    let line = bar.line(done: 7, total: 0, label: "a long label", elapsed: .nan, remaining: .infinity, width: width)
    #expect(line.count <= max(1, width))
  }
}
