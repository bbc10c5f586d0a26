import Measurement

/// One operation waits for `duration`.
public struct SleepSpec: WorkloadParameters {
  public var duration: Nanoseconds = .seconds(1)

  public init() {}

  public init(duration: Nanoseconds) { self.duration = duration }

  public static let kind = "sleep"
  public static let about = "wait for a time"
  public static let otherNames = ["timer", "wait"]

  public static let options: [WorkloadOption<SleepSpec>] = [
    WorkloadOption("duration", \.duration, "how long", flag: "sleep", unlessGiven: "\(SleepSpec().duration)")
  ]

  public var spec: WorkloadSpec { .sleep(self) }
  public var headline: String { "sleep for \(duration.spaced)" }
  public var leastDuration: Nanoseconds { duration }
  public var wait: Double? { duration.seconds }

  public func complaint() -> (key: String, text: String)? {
    WorkloadSpec.complaint(about: duration).map { ("duration", $0) }
  }
}
