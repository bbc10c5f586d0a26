import Measurement

/// What a host does in a run.
public enum HostRole: String, Codable, CaseIterable, Sendable {
  /// It has the servers of all trials.
  case server
  /// It has client processes of all trials, which share the lanes and the operations.
  case load
  /// It has one client process of each trial, with a single lane at a low rate. A client under load also measures how it
  /// waits for itself; this one does not.
  case observer
}

/// The hosts of a run by their roles, and how processes are started on them.
public struct HostRoles: Equatable, Sendable {
  public var launcher: Launcher
  public var server: String
  /// The address to which servers bind; nil for the first one that all load hosts reach.
  public var address: String?
  /// In the order in which they share the work; at least one.
  public var load: [String]
  /// Nil for none.
  public private(set) var observer: String?
  /// The limit on how far apart the hosts may start a trial.
  public var maxSkew: Nanoseconds
  /// Whether hosts that lack this build of the program get a copy for the run.
  public var copies = false

  public static let usualMaxSkew = Nanoseconds.milliseconds(1)

  /// - Parameters:
  ///   - hosts: all that were named.
  ///   - server: `HOST` or `HOST=ADDRESS`; nil for the first of the hosts.
  public init(
    _ hosts: [String], server: String? = nil, launcher: Launcher, maxSkew: Nanoseconds = usualMaxSkew
  ) throws(MalformedHosts) {
    let parts = server?.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts?[0] ?? hosts[0]
    if let objection = HostList.objection(toName: name) { throw objection }
    self.launcher = launcher
    self.server = name
    address = parts.flatMap { $0.count > 1 ? $0[1] : nil }
    load = hosts.filter { $0 != name }
    self.maxSkew = maxSkew
    guard !load.isEmpty else {
      throw MalformedHosts("'\(name)' is the server's host, and no host is left for the load; name one more")
    }
  }

  /// Has a host observe, which is then no load host.
  public mutating func setObserver(_ name: String) throws(MalformedHosts) {
    if let objection = HostList.objection(toName: name) { throw objection }
    guard name != server else { throw MalformedHosts("'\(name)' is the server's host; name another one") }
    load.removeAll { $0 == name }
    guard !load.isEmpty else {
      throw MalformedHosts("'\(name)' observes, and no host is left for the load; name one more")
    }
    observer = name
  }

  /// The hosts among them that an experiment uses.
  public func used(by needs: HostNeeds?) -> HostRoles {
    var roles = self
    if let count = needs?.load { roles.load = Array(load.prefix(count)) }
    if needs?.observer == false { roles.observer = nil }
    return roles
  }

  /// The load host of a share of the lanes.
  public func host(of share: Share) -> String { load[share.process % load.count] }

  /// All hosts with their roles.
  public var all: [(name: String, role: HostRole)] {
    [(server, .server)] + load.map { ($0, .load) } + [observer].compactMap { $0 }.map { ($0, .observer) }
  }
}
