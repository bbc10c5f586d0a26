import Modes
import Workloads

/// What there is to choose from, for a person.
public enum Catalogue {
  /// - Parameter suites: files by name.
  public static func text(suites: [String: String]) -> String {
    func row(_ name: String, _ about: String) -> String { "  " + name.padding(toWidth: 14) + about }
    var lines = ["Modes"]
    lines += ModeID.allCases.map { row($0.rawValue, $0.about + ($0.kind == .headline ? "" : " (\($0.kind.rawValue))")) }
    lines += [
      "", "Workloads",
      row("sleep", "wait for a time"),
      row("echo", "send bytes over TCP or a UNIX socket, receive the same bytes back, compare them"),
      row("http", "one HTTP/1.1 request and its reply, verified, against the own server or any other"),
      row("file", "read or write a part of a data file, stamped sector by sector, inline or in a pool of threads"),
      row("compute", "an http operation, then work for a processor: inline, or left to a pool or to processes"),
      row("serve", "the roles swapped: the mode serves echo or http, and one epoll client asks it"),
      "", "Suites",
    ]
    for (name, path) in suites.sorted(by: { $0.key < $1.key }) {
      let about = (try? Suite.read(from: path))?.about ?? "cannot be read: \(path)"
      lines.append(row(name, about))
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  fileprivate func padding(toWidth width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}
