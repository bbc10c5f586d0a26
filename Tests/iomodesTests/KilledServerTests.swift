import Testing

extension InterruptionTests {
  @Test func runGoesOnWhenItsServerIsKilled() async throws {
    try await expectToGoOnWithout("--child-server")
  }
}
