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
          ("echo", "send bytes over TCP or a UNIX socket, and compare the bytes that come back"),
          ("http", "one HTTP/1.1 request with a verified reply, to the built-in server or any other"),
          ("file", "read or write part of a data file, inline or in a thread pool; each sector is verified"),
          ("compute", "an http request, then CPU work: inline, in a thread pool or in processes"),
          ("serve", "the mode under test is the server; one epoll client sends echo or http requests"),
        ]
      ),
      ("Suites", Suite.builtInNames.map { ($0, (try? Suite.builtIn($0))?.about ?? "") }),
    ]
  }
}
