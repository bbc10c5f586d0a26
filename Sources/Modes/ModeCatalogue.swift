import Plan

/// The modes of this build, in the order in which they stand in tables, data files and legends. A mode is its folder, and its
/// line here. Colours are those of Okabe and Ito; the yellow is darker, to be seen on white.
public enum ModeCatalogue {
  static let all: [any ModeEntry.Type] = [
    BlockingMode.self,
    DispatchMode.self,
    TaskGroupMode.self,
    EpollMode.self,
    ExecutorMode.self,
    DispatchConcurrentMode.self,
    ThreadsMode.self,
    TaskGroupBlockingMode.self,
    UringMode.self,
    NullMode.self,
  ]

  static func named(_ id: ModeID) -> (any ModeEntry.Type)? { all.first { $0.id == id } }

  /// What is wrong with the modes of this build: two that could not be told apart. Nil if nothing is. The program checks it
  /// at its start.
  public static var complaint: String? { ModeDescription.complaint(about: all.map { $0.description }) }
}

/// What every layer knows of the modes: `Plan` declares it, as ``ModeDescription/builtIn``.
@_silgen_name("iomodes_described_modes")
public func describedModes() -> [ModeDescription] { ModeCatalogue.all.map { $0.description } }

extension ModeID {
  /// Why the mode cannot run on this machine at all, with a remedy; nil where it can.
  public var unavailability: String? { ModeCatalogue.named(self)?.unavailability }
}
