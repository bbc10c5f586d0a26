import Modes
import Plan
import Workloads

/// What there is to choose from, for a person.
public enum Catalogue {
  /// Modes, workloads and suites, each by its name.
  public static var sections: [(title: String, rows: [(name: String, about: String)])] {
    [
      (
        "Modes",
        ModeID.known.map { ($0.rawValue, $0.about + ($0.kind == .headline ? "" : " (\($0.kind.rawValue))")) }
      ),
      (
        "Workloads",
        [
          ("sleep", "wait for a time"),
          ("echo", "send bytes over TCP or a UNIX socket, receive the same bytes back, compare them"),
          ("http", "one HTTP/1.1 request and its reply, verified, against the own server or any other"),
          ("file", "read or write a part of a data file, stamped sector by sector, inline or in a pool of threads"),
          ("compute", "an http operation, then work for a processor: inline, or left to a pool or to processes"),
          ("serve", "the roles swapped: the mode serves echo or http, and one epoll client asks it"),
        ]
      ),
      ("Suites", Suite.builtInNames.map { ($0, (try? Suite.builtIn($0))?.about ?? "") }),
    ]
  }
}
