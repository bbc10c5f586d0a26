import Measurement
import Testing

@testable import Reporting

/// The known answers are what HdrHistogram for Java 2.2.2 prints of the same values, with five ticks and a unit of 1e6.
struct PercentileTableTests {
  private func histogram(_ counts: [(value: UInt64, count: UInt64)]) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for (value, count) in counts { histogram.record(value, count: count) }
    return histogram
  }

  @Test func tableIsThatOfHdrHistogram() {
    let values = (1...100 as ClosedRange<UInt64>).map { (value: $0 * $0 * 1000, count: $0 == 7 ? 60 : 1 as UInt64) }
    let known = """
             Value     Percentile TotalCount 1/(1-Percentile)

             0.001 0.000000000000          1           1.00
             0.049 0.100000000000         66           1.11
             0.049 0.200000000000         66           1.25
             0.049 0.300000000000         66           1.43
             0.049 0.400000000000         66           1.67
             0.441 0.500000000000         80           2.00
             0.841 0.550000000000         88           2.22
             1.369 0.600000000000         96           2.50
             2.025 0.650000000000        104           2.86
             2.810 0.700000000000        112           3.33
             3.721 0.750000000000        120           4.00
             4.227 0.775000000000        124           4.44
             4.764 0.800000000000        128           5.00
             5.333 0.825000000000        132           5.71
             5.931 0.850000000000        136           6.67
             6.562 0.875000000000        140           8.00
             6.889 0.887500000000        142           8.89
             7.225 0.900000000000        144          10.00
             7.569 0.912500000000        146          11.43
             7.922 0.925000000000        148          13.33
             8.282 0.937500000000        150          16.00
             8.471 0.943750000000        151          17.78
             8.651 0.950000000000        152          20.00
             8.839 0.956250000000        153          22.86
             9.028 0.962500000000        154          26.67
             9.224 0.968750000000        155          32.00
             9.224 0.971875000000        155          35.56
             9.413 0.975000000000        156          40.00
             9.413 0.978125000000        156          45.71
             9.609 0.981250000000        157          53.33
             9.609 0.984375000000        157          64.00
             9.609 0.985937500000        157          71.11
             9.806 0.987500000000        158          80.00
             9.806 0.989062500000        158          91.43
             9.806 0.990625000000        158         106.67
             9.806 0.992187500000        158         128.00
             9.806 0.992968750000        158         142.22
            10.002 0.993750000000        159         160.00
            10.002 1.000000000000        159
      #[Mean    =        2.146, StdDeviation   =        2.879]
      #[Max     =       10.002, Total count    =          159]
      #[Buckets =           32, SubBuckets     =         2048]

      """
    #expect(PercentileTable(histogram: histogram(values)).render() == known)
  }

  @Test func tableOfNothingHasNoLines() {
    let known = """
             Value     Percentile TotalCount 1/(1-Percentile)

      #[Mean    =        0.000, StdDeviation   =        0.000]
      #[Max     =        0.000, Total count    =            0]
      #[Buckets =           32, SubBuckets     =         2048]

      """
    #expect(PercentileTable(histogram: LatencyHistogram()).render() == known)
  }

  @Test func tableOfOneValueHasItTwice() {
    let known = """
             Value     Percentile TotalCount 1/(1-Percentile)

             0.002 0.000000000000          1           1.00
             0.002 1.000000000000          1
      #[Mean    =        0.002, StdDeviation   =        0.000]
      #[Max     =        0.002, Total count    =            1]
      #[Buckets =           32, SubBuckets     =         2048]

      """
    #expect(PercentileTable(histogram: histogram([(2048, 1)])).render() == known)
  }

  @Test func tableOfVeryManyGoesOnToTheLast() {
    let text = PercentileTable(histogram: histogram([(777_777, 1 << 40), (3_600_000_000_000, 3)])).render()
    let known = """
             0.778 0.999999999996 1099511627776 229062592308.15
             0.778 0.999999999996 1099511627776 274877906944.00
             0.778 0.999999999997 1099511627776 305421967879.73
             0.778 0.999999999997 1099511627776 343602626640.00
       3601330.078 0.999999999997 1099511627779 392675876481.86
       3601330.078 1.000000000000 1099511627779
      #[Mean    =        0.778, StdDeviation   =        5.947]
      #[Max     =  3601330.078, Total count    = 1099511627779]
      #[Buckets =           32, SubBuckets     =         2048]

      """
    #expect(text.hasSuffix(known))
    #expect(text.split(separator: "\n").count == 199)
  }

  @Test func countsBeyondWhatCanBeToldEnd() {
    let text = PercentileTable(histogram: histogram([(1, .max), (2000, .max), (3_000_000, .max)])).render()
    #expect(text.contains("#[Max     =        3.000, Total count    = 9223372036854775807]"))
  }
}
