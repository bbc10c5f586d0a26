import Measurement

/// Either end of a pair whose two ends are in one mode.
@frozen
public struct PairedLane<Client: Conversation & ~Copyable, Server: ServerConversation & ~Copyable>: Lane, ~Copyable {
  @usableFromInline var isClient: Bool
  @usableFromInline var client: ClientLane<Client>?
  @usableFromInline var server: ServerLane<Server>?

  @inlinable
  public init(client: consuming ClientLane<Client>) {
    isClient = true
    self.client = consume client
    server = nil
  }

  @inlinable
  public init(server: consuming ServerLane<Server>) {
    isClient = false
    client = nil
    self.server = consume server
  }

  @inlinable
  public mutating func begin(now: Instant) -> Step {
    isClient ? client!.begin(now: now) : server!.begin(now: now)
  }

  @inlinable
  public mutating func resume(_ event: Event) -> Step {
    isClient ? client!.resume(event) : server!.resume(event)
  }

  /// As of a client's lane; a server's has none.
  @inlinable public var operationStart: Instant? {
    switch client {
    case .some(let lane): lane.operationStart
    case .none: nil
    }
  }
}
