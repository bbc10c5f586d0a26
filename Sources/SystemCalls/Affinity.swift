import CLinux
import Glibc

/// The processors on which a thread may run.
public enum Affinity {
  /// Processors of the calling thread, ascending: sched_getaffinity(2).
  public static func current() throws(Errno) -> [Int] {
    var processors = [Int32](repeating: 0, count: 4096)
    let count = try SystemCall.checked { cl_get_affinity(&processors, Int32(processors.count)) }
    return processors.prefix(Int(count)).map(Int.init)
  }

  /// Restricts the calling thread, and every thread that it starts later, to these processors: sched_setaffinity(2).
  public static func set(_ processors: [Int]) throws(Errno) {
    let list = processors.map(Int32.init(clamping:))
    try SystemCall.checked { cl_set_affinity(list, Int32(list.count)) }
  }

  /// Runs the body on these processors, and goes back to those before. A process that it starts is on them from its first
  /// instruction: Dispatch sizes its pools when it is loaded, before a child could have read its plan.
  public static func on<Value>(_ processors: [Int], _ body: () throws(Errno) -> Value) throws(Errno) -> Value {
    let own = try? current()
    defer { if let own { try? set(own) } }
    try set(processors)
    return try body()
  }
}
