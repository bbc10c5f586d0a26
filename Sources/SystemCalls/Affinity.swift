import CLinux
import Glibc

/// The processors that a thread may run on.
public enum Affinity {
  /// sched_getaffinity(2) of the calling thread, ascending.
  public static func current() throws(Errno) -> [Int] {
    var processors = [Int32](repeating: 0, count: 4096)
    let count = try SystemCall.checked { cl_get_affinity(&processors, Int32(processors.count)) }
    return processors.prefix(Int(count)).map(Int.init)
  }

  /// sched_setaffinity(2) of the calling thread, and so of every thread that it starts later.
  public static func set(_ processors: [Int]) throws(Errno) {
    let list = processors.map(Int32.init(clamping:))
    try SystemCall.checked { cl_set_affinity(list, Int32(list.count)) }
  }
}
