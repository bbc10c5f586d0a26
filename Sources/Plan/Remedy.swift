/// What starting the program otherwise can do about a failure. The command line says it, as only it knows the flags.
public enum Remedy: Hashable, Sendable {
  /// Another folder for what is written.
  case otherOutput
  /// The same, or going on with the run in the folder.
  case otherOutputOrResuming
  /// Space on the disk, and then the rest of the run in this folder.
  case spaceAndResuming(folder: String)
  /// A host that starts processes again, and then the rest of the run in this folder.
  case hostAndResuming(folder: String)
  /// Another folder for data files.
  case otherFileFolder
  /// The target's server, or another target.
  case otherTarget
  /// Another address to listen on.
  case otherAddress
  /// The address of the host that serves.
  case serverAddress(host: String)
  /// Another program that starts processes on hosts.
  case otherLauncher
  /// Copies of the program on hosts that lack it.
  case copies
  /// A program that needs no runtime of Swift where it runs.
  case staticBuild
  /// More hosts that load, or one that observes.
  case loadHosts, observer
  /// The folder of a peer.
  case peerFolder
  /// A server that is no built-in mode, as `NAME=URL`.
  case contender(String)
  /// A comparison instead of a merged run, or a merged run in spite of differences.
  case comparingOrMixing
  /// The macros of this run, written anew with their prefix; nil for the usual one.
  case newMacros(run: String, prefix: String?)
  /// Macros with another prefix for each run.
  case otherPrefix
  /// A run with audits.
  case audits
  /// The costs of primitives, measured into the folder of a run.
  case primitives(folder: String)
}

/// A failure whose remedy does not stand in its description.
public protocol RemediableFailure: Error, CustomStringConvertible {
  /// Nil if there is none, or if the description has it.
  var remedy: Remedy? { get }
}
