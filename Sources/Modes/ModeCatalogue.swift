import Plan

/// The modes that this build can run.
public enum ModeCatalogue {
  static let all: [any ModeEntry.Type] = [
    BlockingMode.self, DispatchMode.self, TaskGroupMode.self, EpollMode.self, ExecutorMode.self,
    DispatchConcurrentMode.self, ThreadsMode.self, TaskGroupBlockingMode.self, UringMode.self, NullMode.self,
  ]

  static func named(_ id: ModeID) -> (any ModeEntry.Type)? { all.first { $0.id == id } }

  /// What is wrong with the modes of this build, if anything: one without a description, a description without a mode, or
  /// two that could not be told apart. For the program's start.
  public static var complaint: String? {
    let described = Set(ModeID.allCases)
    let built = Set(all.map { $0.id })
    if let odd = described.symmetricDifference(built).first {
      return "\(odd.rawValue) is \(built.contains(odd) ? "not described" : "described, and no mode")"
    }
    return ModeDescription.complaint(about: ModeDescription.builtIn)
  }
}

extension ModeID {
  /// Why the mode cannot run on this machine at all, with a remedy; nil where it can.
  public var unavailability: String? { ModeCatalogue.named(self)?.unavailability }
}
