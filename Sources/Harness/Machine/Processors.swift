import SystemCalls

/// The processors for the client and the server of each trial.
public struct Processors: Sendable, Equatable {
  public var allowed: [Int]
  public var client: [Int]
  public var server: [Int]

  /// Splits the processors allowed for this process: the first half to the client, the rest to the server. If there is
  /// only one, they share it.
  public init(allowed: [Int], client: [Int]? = nil, server: [Int]? = nil) throws(HarnessFailure) {
    self.allowed = allowed
    let half = max(1, allowed.count / 2)
    self.client = client ?? Array(allowed.prefix(half))
    self.server = server ?? (allowed.count > 1 ? Array(allowed.dropFirst(half)) : allowed)
    for (side, list) in [("client", self.client), ("server", self.server)] {
      if let foreign = list.first(where: { !allowed.contains($0) }) {
        throw HarnessFailure(
          .usage, "the \(side)'s processor \(foreign) is not among those this process may use (\(Self.text(allowed)))")
      }
    }
  }

  /// Those of hosts of which this machine is not one.
  init(client: [Int], server: [Int]) {
    allowed = Set(client + server).sorted()
    (self.client, self.server) = (client, server)
  }

  public static func current(client: [Int]? = nil, server: [Int]? = nil) throws(HarnessFailure) -> Processors {
    do {
      return try Processors(allowed: Affinity.current(), client: client, server: server)
    } catch let error as HarnessFailure {
      throw error
    } catch {
      throw HarnessFailure("cannot read which processors this process may use: \(error)")
    }
  }

  /// Parses a list such as `0,2-5`; nil if it is malformed.
  public static func parse(_ text: String) -> [Int]? {
    var processors: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first >= 0, first <= last,
        last < 4096
      else { return nil }
      processors += first...last
    }
    return Set(processors).count == processors.count ? processors : nil
  }

  public static func text(_ processors: [Int]) -> String { processors.map(String.init).joined(separator: ",") }
}
