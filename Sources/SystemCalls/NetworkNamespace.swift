import CLinux
import Glibc

/// The calling thread's own network namespace, network_namespaces(7). It contains only loopback. Everything in it, such
/// as connections in TIME_WAIT, ends with its last thread.
public enum NetworkNamespace {
  /// Enters a new namespace and brings loopback up: unshare(2) with CLONE_NEWNET. Threads started later by the calling
  /// thread are in it, too. Throws EPERM or EINVAL if the system forbids it.
  public static func enter() throws(Errno) {
    try SystemCall.checked { cl_new_network() }
  }

  /// Writes a network setting below /proc/sys/net, such as `ipv4/ip_local_port_range`: ip-sysctl(7).
  public static func set(_ name: String, to value: String) throws(Errno) {
    let file = try SystemCall.checked { open("/proc/sys/net/" + name, O_WRONLY | O_CLOEXEC) }
    defer { close(file) }
    let bytes = Array(value.utf8)
    try SystemCall.checked { write(file, bytes, bytes.count) }
  }
}
