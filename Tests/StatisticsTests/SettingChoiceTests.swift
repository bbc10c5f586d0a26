import Statistics
import Testing

/// The smallest setting that is as good as the best.
struct SettingChoiceTests {
  /// A setting's values: around `level`, each round's own part of `noise` away from it.
  private func values(_ level: Double, noise: [Double]) -> [Int: Double] {
    Dictionary(uniqueKeysWithValues: noise.enumerated().map { ($0 + 1, level * (1 + $1)) })
  }

  private static let calm = [0.01, -0.01, 0.005, -0.005, 0.008, -0.008]
  private static let other = [-0.007, 0.009, -0.01, 0.01, -0.002, 0.004]
  private static let wild = [0.4, -0.3, 0.2, -0.4, 0.3, -0.2]

  @Test func clearBestIsRecommended() throws {
    let choice = try #require(
      chooseSetting([values(100, noise: Self.calm), values(200, noise: Self.other), values(150, noise: Self.calm)]))
    #expect(choice.best == 1 && choice.contenders == [1] && choice.candidate == 1)
    #expect(choice.rival == nil && choice.ratio == nil)
    #expect(choice.verdict == .decided && choice.recommended == 1)
  }

  @Test func smallestOfAPlateauIsRecommended() throws {
    let choice = try #require(
      chooseSetting([
        values(100, noise: Self.calm), values(199, noise: Self.other), values(200, noise: Self.calm),
        values(200.5, noise: Self.calm.reversed()),
      ]))
    #expect(choice.contenders == [1, 2, 3] && choice.best > 1)
    #expect(choice.recommended == 1 && choice.rival == choice.best)
    let ratio = try #require(choice.ratio)
    #expect(ratio.kind == .interval95 && ratio.low > 0.9 && ratio.high < 1.1)
  }

  @Test func bestThatIsTheSmallestIsJudgedByTheNext() throws {
    let choice = try #require(chooseSetting([values(200, noise: Self.calm), values(199, noise: Self.other)]))
    #expect(choice.best == 0 && choice.candidate == 0 && choice.rival == 1 && choice.recommended == 0)
  }

  @Test func noiseIsUndecided() throws {
    let opposite = Self.wild.map { -$0 }
    let choice = try #require(
      chooseSetting([values(100, noise: Self.wild), values(105, noise: opposite), values(98, noise: Self.wild)]))
    #expect(choice.contenders == [0, 1, 2] && choice.candidate == 0)
    #expect(choice.verdict == .uncertain && choice.recommended == nil)
  }

  @Test func roundsHaveToBeEnough() throws {
    let three = Array(Self.calm.prefix(3))
    let choice = try #require(chooseSetting([values(100, noise: three), values(200, noise: three)]))
    // No test of three and three values finds anything.
    #expect(choice.contenders == [0, 1] && choice.verdict == .tooFewRounds && choice.recommended == nil)
    let five = Array(Self.calm.prefix(5))
    let level = try #require(chooseSetting([values(200, noise: five), values(201, noise: five)]))
    #expect(level.contenders == [0, 1] && level.verdict == .tooFewRounds && level.recommended == nil)
  }

  @Test func aRoundThatIsMissingDoesNotHideWhatIsPlain() throws {
    // Five and six values cannot be paired, but they do not overlap.
    let choice = try #require(
      chooseSetting([values(100, noise: Array(Self.calm.prefix(5))), values(200, noise: Self.other)]))
    #expect(choice.contenders == [1] && choice.recommended == 1)
    let lone = try #require(
      chooseSetting([values(100, noise: Self.other), values(200, noise: Array(Self.calm.prefix(5)))]))
    #expect(lone.contenders == [1] && lone.rival == nil && lone.verdict == .tooFewRounds)
  }

  @Test func onlySharedRoundsAreCompared() throws {
    // In the round that one of them lacks, the machine was half as fast.
    var half = values(200, noise: Self.calm)
    half[7] = 100
    let choice = try #require(chooseSetting([values(200, noise: Self.other), half]))
    #expect(choice.ratio?.n == 6 && choice.recommended == 0)
  }

  @Test func wholeRoundsThatAreSlowCancel() throws {
    let disturbed = Self.wild
    let choice = try #require(
      chooseSetting([values(100, noise: disturbed), values(110, noise: disturbed), values(110, noise: disturbed)]))
    #expect(choice.best == 1 && choice.contenders == [1, 2] && choice.recommended == 1)
  }

  @Test func nothingIsChosenOfOneOrOfNothing() {
    #expect(chooseSetting([]) == nil && chooseSetting([values(1, noise: Self.calm)]) == nil)
    #expect(chooseSetting([values(1, noise: Self.calm), [:]]) == nil)
    #expect(chooseSetting([values(1, noise: Self.calm), [1: 0]]) == nil)
  }
}
