import Foundation
import Glibc

/// Permissions that not every machine gives to tests.
enum Permission {
  /// Whether processes may have mounts, and a network, of their own.
  static let namespaces = succeeds("unshare -mn true")

  /// The folder of a private control group that limits processes, and its file of members; nil if there is none.
  static let processGroups: (parent: String, members: String)? = {
    for (parent, members) in [("/sys/fs/cgroup/pids", "cgroup.procs"), ("/sys/fs/cgroup", "cgroup.procs")] {
      let group = "\(parent)/iomodes-test-\(getpid())"
      guard mkdir(group, 0o755) == 0 else { continue }
      defer { rmdir(group) }
      if access(group + "/pids.max", W_OK) == 0 { return (parent, members) }
    }
    return nil
  }()

  private static func succeeds(_ command: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "\(command) >/dev/null 2>&1"]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
