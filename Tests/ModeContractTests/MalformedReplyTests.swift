import Modes
import Testing

extension FaultTests {
  @Test(arguments: [Fault.badLength, .lastingGarbage])
  func malformedReplyIsNamedAsSuchWhenMoreBytesFollow(_ fault: Fault) async throws {
    for (mode, outcome) in try await outcomes(Self.http(), operations: 20, concurrency: 4, { _ in fault }) {
      expect(outcome, ofOperations: 20, { _ in fault }, mode)
    }
  }
}
