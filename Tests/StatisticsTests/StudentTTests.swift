import Testing

@testable import Statistics

struct StudentTTests {
  // Reference values: scipy.stats.t.sf, twice.
  @Test(arguments: [
    (1.0, 1.0, 0.5), (12.706204736432095, 1, 0.05), (4.302652729911275, 2, 0.05), (2.7764451051977987, 4, 0.05),
    (2.2281388519649385, 10, 0.05), (1.9623390808264078, 1000, 0.05), (0, 3, 1),
  ])
  func tailsAreThoseOfTheDistribution(t: Double, freedom: Double, expected: Double) {
    #expect(abs(studentTails(t, freedom: freedom) - expected) < 1e-9)
    #expect(abs(studentTails(-t, freedom: freedom) - expected) < 1e-9)
  }

  @Test(arguments: [1.0, 2, 3, 7, 30], [0.5, 0.05, 0.00625, 1e-6])
  func boundIsWhereTheTailsBegin(freedom: Double, probability: Double) {
    let bound = studentBound(tails: probability, freedom: freedom)
    #expect(abs(studentTails(bound, freedom: freedom) / probability - 1) < 1e-9)
  }

  @Test func nothingLiesBeyondInfinity() {
    #expect(studentTails(.infinity, freedom: 3) == 0)
  }
}
