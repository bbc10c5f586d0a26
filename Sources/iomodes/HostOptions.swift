import Foundation
import Harness
import Measurement
import Plan

/// The hosts of a run, as the command line or a scheduler names them.
enum HostOptions {
  static let options = options(hosts: "run client and server on other machines")

  /// - Parameter purpose: what a command does with the hosts.
  static func options(hosts purpose: String) -> [Option] {
    [
      .value(
        "hosts", "LIST",
        "\(purpose): n1,n2 or n[1-3] or @FILE with a host in each line; slurm and mpi have "
          + "those of their allocation"),
      .value(
        "launch", "COMMAND",
        "starts a process on a host: \(Launcher.presets.map(\.name).joined(separator: ", ")), or a command such as "
          + "'ssh {host}'", .one(of: Launcher.presets.map(\.name)), unlessGiven: usualLauncher),
      .value(
        "server-host", "HOST", "the server's host, as n1 or n1=10.0.0.1, the address to use",
        unlessGiven: "the first of the hosts, and its first address that the others reach"),
      .value(
        "observer", "HOST",
        "a host that measures latency at a low rate while the others load, in a row of its own; needs a duration"),
      .flag(
        "copy", "copies this program for the run to hosts that lack it or have another build; it is removed after it"),
      .value(
        "start-skew", "TIME", "how far apart the load hosts may start a trial; others are invalid",
        unlessGiven: HostRoles.usualMaxSkew.description),
    ]
  }

  private static let usualLauncher = "ssh"

  /// Where schedulers tell a job's hosts.
  private static let allocations: [(launcher: String, variable: String, isFile: Bool)] = [
    ("slurm", "SLURM_JOB_NODELIST", false), ("mpi", "PBS_NODEFILE", true),
    ("mpi", "OMPI_MCA_orte_default_hostfile", true), ("mpi", "I_MPI_HYDRA_HOST_FILE", true),
  ]

  /// Options of a run that concern this machine alone.
  private static let ofOneMachine = [
    "versus", "client-cpus", "server-cpus", "file-dir", "audit", "as-peer", "peer", "serve",
  ]

  /// Nil for a run on this machine.
  static func roles(_ arguments: Arguments) throws -> HostRoles? {
    guard let given = options.map(\.name).first(where: arguments.has) else { return nil }
    if let other = ofOneMachine.first(where: arguments.has) {
      throw UsageError("--\(other) is for this machine alone, and does not go with --\(given)")
    }
    let launch = arguments.text("launch") ?? usualLauncher
    let launcher = try naming("launch") { () throws(MalformedHosts) in try Launcher(parsing: launch) }
    let skew = try arguments.value("start-skew", "a time such as 1ms, above 0") {
      Nanoseconds($0).flatMap { $0 > .zero ? $0 : nil }
    }
    let hosts = try hosts(arguments.text("hosts"), launch)
    var roles = try naming(arguments.has("server-host") ? "server-host" : "hosts") { () throws(MalformedHosts) in
      try HostRoles(
        hosts, server: arguments.text("server-host"), launcher: launcher, maxSkew: skew ?? HostRoles.usualMaxSkew)
    }
    if let observer = arguments.text("observer") {
      try naming("observer") { () throws(MalformedHosts) in try roles.setObserver(observer) }
    }
    roles.copies = arguments.has("copy")
    return roles
  }

  private static func hosts(_ text: String?, _ launch: String) throws -> [String] {
    if let text {
      guard text.hasPrefix("@") else {
        return try naming("hosts") { () throws(MalformedHosts) in try HostList.parse(text) }
      }
      return try file(String(text.dropFirst()))
    }
    let environment = ProcessInfo.processInfo.environment
    let known = allocations.filter { $0.launcher == launch }
    for allocation in known {
      guard let value = environment[allocation.variable], !value.isEmpty else { continue }
      if allocation.isFile { return try file(value) }
      return try naming(allocation.variable) { () throws(MalformedHosts) in try HostList.parse(value) }
    }
    let places = known.map(\.variable).joined(separator: " or ")
    throw UsageError(
      known.isEmpty
        ? "--launch, --server-host, --observer, --copy and --start-skew need --hosts, such as n1,n2"
        : "there is no allocation of \(launch) (\(places) is not set); run within one, or name --hosts")
  }

  private static func file(_ path: String) throws -> [String] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw UsageError("--hosts: cannot read '\(path)'; name a file with a host in each line")
    }
    return try naming("hosts") { () throws(MalformedHosts) in try HostList.parse(file: text, named: path) }
  }

  private static func naming<Value>(_ option: String, _ body: () throws(MalformedHosts) -> Value) throws -> Value {
    do throws(MalformedHosts) {
      return try body()
    } catch {
      throw UsageError((option.first?.isUppercase == true ? option : "--\(option)") + ": \(error.description)")
    }
  }
}
