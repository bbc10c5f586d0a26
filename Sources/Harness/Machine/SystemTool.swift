import SystemCalls

/// A program of the system, such as tar(1), found as a shell finds it.
public enum SystemTool {
  /// Runs it to its end, in the locale C. Returns what it printed.
  /// - Parameter folder: its working directory.
  @discardableResult
  public static func run(_ name: String, _ arguments: [String], in folder: String) throws(HarnessFailure) -> String {
    let child: ChildProcess
    do throws(Errno) {
      child = try ChildProcess(
        "/bin/sh", ["-c", "exec \"$0\" \"$@\"", name] + arguments, takesErrors: true, in: folder,
        environment: ["LC_ALL": "C"])
    } catch {
      throw HarnessFailure("cannot start \(name): \(error)")
    }
    let (output, end) = child.finish()
    switch end {
    case .exited(0): return output
    case .exited(127): throw HarnessFailure("\(name) is not installed; install it")
    default: throw HarnessFailure("\(name) failed: \(output.split(separator: "\n").last ?? "\(end)")")
    }
  }
}
