/// The hosts that an experiment needs, by their roles: `{"load": 2, "observer": true}`. A suite names no machine, so that
/// it can be run anywhere.
public struct HostNeeds: Codable, Equatable, Sendable {
  /// How many hosts load the server: the first ones of the run. Nil for all that it has.
  public var load: Int?
  /// Whether a host observes; nil to have one observe if the run has it.
  public var observer: Bool?

  public init(load: Int? = nil, observer: Bool? = nil) {
    self.load = load
    self.observer = observer
  }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self)
    load = try fields.value(.load)
    observer = try fields.value(.observer)
    if let complaint { try fields.check(complaint.field, false, complaint.text) }
  }

  /// What is wrong with the values, if anything.
  var complaint: (field: CodingKeys, text: String)? {
    if let load, !(1...HostList.most).contains(load) {
      return (.load, "\(load) is not a number of hosts; it must be from 1 to \(HostList.most)")
    }
    return nil
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case load, observer }
}
