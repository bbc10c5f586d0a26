import Measurement

/// One operation is an `http` operation against the harness's own server, and then work for a processor.
/// `{"kind": "compute", "work": "1ms", "offload": "pool", "pool": 2, "delay": "2ms"}` has fields of `http` besides its own.
public struct ComputeSpec: Hashable, Sendable {
  /// Where the work is done.
  public enum Offload: String, Codable, Sendable, CaseIterable {
    /// By whoever carries the lane: its thread, its task, or the loop.
    case inline
    /// By a fixed number of threads, while the lane waits.
    case pool
    /// By a fixed number of processes, each behind a thread that passes requests and replies on.
    case processes
  }

  public var http: HTTPSpec
  /// How long the work takes a processor that does nothing else, by the calibration of the run.
  public var work = Nanoseconds.milliseconds(1)
  public var offload = Offload.inline
  /// How many threads, or processes; nil where the work is done inline.
  public var pool: Int?

  public static let usualPool = 2
  static let longestWork = Nanoseconds.seconds(10)
  static let largestPool = 256

  public init(http: HTTPSpec = HTTPSpec()) { self.http = http }

  /// How many threads or processes the work is left to; 0 where it is done inline.
  public var workers: Int { offload == .inline ? 0 : pool ?? Self.usualPool }
}

extension ComputeSpec: Codable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case work, offload, pool
    case targets, faults, gather
  }

  public init(from decoder: any Decoder) throws {
    let own: [CodingKeys] = [.work, .offload, .pool]
    http = try HTTPSpec(from: decoder, besides: ["kind"] + own.map(\.stringValue))
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func check(_ key: CodingKeys, _ condition: Bool, _ complaint: @autoclosure () -> String) throws {
      guard !condition else { return }
      throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: complaint())
    }
    work = try container.decodeIfPresent(Nanoseconds.self, forKey: .work) ?? work
    if let name = try container.decodeIfPresent(String.self, forKey: .offload) {
      try check(
        .offload, Offload(rawValue: name) != nil, Spelling.isNone(name, of: Offload.allCases.map(\.rawValue)))
      offload = Offload(rawValue: name) ?? offload
    }
    pool = try container.decodeIfPresent(Int.self, forKey: .pool)
    try check(.work, work <= Self.longestWork, "\(work) is over \(Self.longestWork)")
    try check(.pool, pool == nil || offload != .inline, "goes with offload pool or processes")
    try check(
      .pool, (1...Self.largestPool).contains(pool ?? 1),
      "\(pool ?? 0) is not a number of workers; it must be from 1 to \(Self.largestPool)")
    if offload != .inline { pool = pool ?? Self.usualPool }
    try check(.targets, http.targets.isEmpty, "are not asked: the work follows on replies of the own server")
    try check(.faults, http.faults == nil, "go with the workloads http and echo")
    try check(.gather, !http.gather, "goes with the workload http")
  }

  public func encode(to encoder: any Encoder) throws {
    try http.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(work, forKey: .work)
    try container.encode(offload, forKey: .offload)
    try container.encodeIfPresent(pool, forKey: .pool)
  }
}
