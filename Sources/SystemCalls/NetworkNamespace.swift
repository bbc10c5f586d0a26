import CLinux
import Glibc

/// A network of the calling thread's own, network_namespaces(7): nothing is in it but loopback, and what is left in it,
/// such as connections in TIME_WAIT, ends with its last thread.
public enum NetworkNamespace {
  /// unshare(2) of CLONE_NEWNET, with loopback up; threads that the calling one starts later are in it too. Throws EPERM
  /// or EINVAL where the system does not let it.
  public static func enter() throws(Errno) {
    try SystemCall.checked { cl_new_network() }
  }

  /// Writes a setting of the network below /proc/sys/net, such as `ipv4/ip_local_port_range`, ip-sysctl(7).
  public static func set(_ name: String, to value: String) throws(Errno) {
    let file = try SystemCall.checked { open("/proc/sys/net/" + name, O_WRONLY | O_CLOEXEC) }
    defer { close(file) }
    let bytes = Array(value.utf8)
    try SystemCall.checked { write(file, bytes, bytes.count) }
  }
}
