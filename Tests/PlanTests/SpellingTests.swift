import Measurement
import Plan
import Testing

@Suite struct SpellingTests {
  private static let known = ["blocking", "dispatch", "epoll", "dispatch-concurrent"]
  private static let others = ["gcd": "dispatch", "kqueue": "elsewhere"]

  @Test(arguments: [
    ("epol", "epoll"), ("EPOLL", "epoll"), ("gcd", "dispatch"), ("GCD", "dispatch"), ("block", "blocking"),
    ("dispatcher", "dispatch"), ("dispatch-c", "dispatch-concurrent"),
  ])
  func wordThatIsNearOrKnownElsewhereIsTold(word: String, meant: String) {
    #expect(Spelling.nearest(word, among: Self.known, aliases: Self.others) == meant)
    #expect(Spelling.hint(word, among: Self.known, aliases: Self.others) == "; did you mean '\(meant)'?")
  }

  /// Two candidates begin with "dispa", and the alias's candidate is absent.
  @Test(arguments: ["", "x", "dispa", "kqueue", "threads"])
  func nothingIsSaidOfAWordThatIsFarFromAll(word: String) {
    #expect(Spelling.nearest(word, among: Self.known, aliases: Self.others) == nil)
    #expect(Spelling.hint(word, among: Self.known, aliases: Self.others) == "")
  }

  @Test func messagesNameWhatThereIs() {
    #expect(Spelling.isNone("pol", of: ["inline", "pool"]) == "'pol' is not one of inline, pool; did you mean 'pool'?")
    #expect(
      Spelling.isNot("rest", "a fault", among: ["reset", "drip"])
        == "'rest' is not a fault; did you mean 'reset'?; there are reset, drip")
    #expect(Spelling.isNot("x", "a mode", among: []) == "'x' is not a mode; there are none")
  }
}
