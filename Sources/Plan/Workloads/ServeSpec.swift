import Measurement

/// The roles swapped: the mode under test serves one client, which is always in the mode `epoll`. `{"kind": "serve",
/// "protocol": "http", "delay": "2ms"}` has the fields of the client's workload.
public struct ServeSpec: WorkloadParameters {
  public enum Load: Hashable, Sendable {
    case http(HTTPSpec)
    case echo(EchoSpec)
  }

  /// The protocol that is served.
  public enum Scheme: String, OptionChoice { case http, echo }

  public var load: Load

  public init() { self.init(.http(HTTPSpec())) }

  public init(_ load: Load) { self.load = load }

  public static let kind = "serve"
  public static let about = "the mode under test is the server; one epoll client sends echo or http requests"
  public static let otherNames = ["server"]

  public static let options: [WorkloadOption<ServeSpec>] =
    [
      WorkloadOption(
        "protocol", \.scheme, "protocol, http or echo; that workload's options apply, too",
        placeholder: "NAME", unlessGiven: "http")
    ]
    + HTTPSpec.options.map { $0.within(isOffered: !["targets", "gather"].contains($0.key), \.http, { $0.http = $1 }) }
    + EchoSpec.options.map { $0.within(isOffered: $0.key != "ends", \.echo, { $0.echo = $1 }) }

  private var scheme: Scheme {
    get { if case .http = load { .http } else { .echo } }
    set {
      guard newValue != scheme else { return }
      load = newValue == .http ? .http(HTTPSpec()) : .echo(EchoSpec())
    }
  }

  private var http: HTTPSpec? {
    get { if case .http(let spec) = load { spec } else { nil } }
    set { if let newValue { load = .http(newValue) } }
  }

  private var echo: EchoSpec? {
    get { if case .echo(let spec) = load { spec } else { nil } }
    set { if let newValue { load = .echo(newValue) } }
  }

  private var inner: any WorkloadParameters { asked.parameters }

  public var spec: WorkloadSpec { .serve(self) }
  public var asked: WorkloadSpec {
    switch load {
    case .http(let spec): .http(spec)
    case .echo(let spec): .echo(spec)
    }
  }

  public var headline: String { "serving \(inner.headline)" }
  public var delay: Delay { inner.delay }
  public var leastDuration: Nanoseconds { inner.leastDuration }
  public var wait: Double? { inner.wait }
  public var timeout: Nanoseconds { inner.timeout }
  public var faults: FaultMix? { inner.faults }
  public var descriptorsPerLane: Int { inner.descriptorsPerLane }
  public var needsServer: Bool { true }
  public var usesPorts: Bool { inner.usesPorts }
  public var usesLoopback: Bool { inner.usesLoopback }
  public var opensConnections: Bool { inner.opensConnections }
  public var isLenient: Bool { inner.isLenient }
  public var features: [ModeDescription.Feature] { [.serve] }

  public mutating func settle() {
    switch load {
    case .http(var spec):
      spec.settle()
      load = .http(spec)
    case .echo(var spec):
      spec.settle()
      load = .echo(spec)
    }
  }

  public func complaint() -> (key: String, text: String)? {
    if let complaint = inner.complaint() { return complaint }
    if http?.targets.isEmpty == false { return ("targets", "do not apply: the mode under test is the server") }
    if http?.gather == true { return ("gather", "goes with the workload http") }
    if let echo, echo.ends != .server { return ("ends", "must be server with the workload serve") }
    return nil
  }
}
