import Plan

/// The available modes, workloads, suites and peers, for a person.
public enum Catalogue {
  /// The sections, with a name and a description in each row.
  public static var sections: [(title: String, rows: [(name: String, about: String)])] {
    [
      (
        "Modes",
        ModeID.allCases.map { ($0.rawValue, $0.about + ($0.kind == .headline ? "" : " (\($0.kind.rawValue))")) }
      ),
      ("Workloads", WorkloadSpec.types.map { ($0.kind, $0.about) }),
      ("Suites", Suite.builtInNames.map { ($0, (try? Suite.builtIn($0))?.about ?? "") }),
      ("Peers", ForeignModes.all.map { ($0.id.rawValue, $0.about) }),
    ]
  }
}
