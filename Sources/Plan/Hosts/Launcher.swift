/// The command that starts a process on a host: whatever starts processes on the user's machines already. It hands on
/// standard input and output.
public struct Launcher: Codable, Hashable, Sendable {
  /// Its words; `{host}` in them stands for the host's name.
  public let words: [String]

  /// A launcher that people know by name.
  public struct Preset: Sendable {
    public let name: String
    public let command: String
  }

  public static let presets: [Preset] = [
    // No question may wait for an answer, because standard input has the plan. A host that is gone is noticed.
    Preset(name: "ssh", command: "ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 {host}"),
    // Several processes of a run share a node, and lines come as they are written.
    Preset(name: "slurm", command: "srun --nodes=1 --ntasks=1 --overlap --unbuffered --quiet --nodelist={host}"),
    Preset(name: "mpi", command: "mpirun -n 1 --host {host}"),
    Preset(name: "kubernetes", command: "kubectl exec -i {host} --"),
    Preset(name: "netns", command: "ip netns exec {host}"),
  ]

  private static let host = "{host}"

  public init(words: [String]) { self.words = words }

  /// Parses the name of a preset, or a command with `{host}`. Quotation marks keep spaces within a word.
  public init(parsing text: String) throws(MalformedHosts) {
    if let preset = Self.presets.first(where: { $0.name == text }) {
      words = try Self.words(of: preset.command)
      return
    }
    words = try Self.words(of: text)
    guard !words.contains(where: { $0.contains(Self.host) }) else { return }
    if words.count == 1 {
      throw MalformedHosts(
        Spelling.isNone(text, of: Self.presets.map(\.name)) + "; a command of your own has {host} in it, such as "
          + "'ssh {host}'")
    }
    throw MalformedHosts("'\(text)' has no {host}, which stands for the name of a host; add it, as in 'ssh {host}'")
  }

  /// The words that run `command` on a host.
  public func words(on host: String, running command: [String]) -> [String] {
    let launcher = words.map { $0.replacing(Self.host, with: host) }
    // ssh joins the words, and hands them to a shell.
    return launcher + (words.contains { $0 == "ssh" || $0.hasSuffix("/ssh") } ? command.map(Self.quoted) : command)
  }

  /// A word as a shell reads it.
  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/=:@+,".contains($0)) }
    return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
  }

  private static func words(of text: String) throws(MalformedHosts) -> [String] {
    var words: [String] = []
    var word: String?
    var mark: Character?
    for character in text {
      if let open = mark {
        if character == open { mark = nil } else { word?.append(character) }
      } else if character == "'" || character == "\"" {
        mark = character
        word = word ?? ""
      } else if character.isWhitespace {
        words += [word].compactMap { $0 }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard mark == nil else { throw MalformedHosts("'\(text)' ends within quotation marks; close them") }
    words += [word].compactMap { $0 }
    guard !words.isEmpty else { throw MalformedHosts("the command is empty; write one such as 'ssh {host}'") }
    return words
  }
}
