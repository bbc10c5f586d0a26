import Foundation
import Glibc
import Harness
import SystemCalls

extension FolderRecord {
  /// Measures, shows the record, and tells where it is. Nobody else writes into its folder meanwhile.
  /// - Parameters:
  ///   - output: the folder; nil for a new one under `results/`, named after the time and the command.
  ///   - measure: makes the record, and reports its progress to the bar.
  static func measured(
    by command: String, into output: String?,
    _ measure: (_ started: Date, _ processors: Processors, _ report: (RunSession.Progress) -> Void) throws -> Self,
    show: (Self) throws -> Void
  ) throws {
    let processors = try Processors.current()
    let started = Date()
    let folder = output ?? Places.newFolder(command, at: started)
    let lock = try prepare(folder)
    defer {
      // Succeeds only if nothing was written into the folder.
      rmdir(folder)
      close(lock)
    }
    Interruption.watch()
    let bar = Screen.Bar(quiet: false)
    defer { bar.clear() }
    let record = try measure(started, processors) { bar.show($0) }
    bar.clear()
    try record.write(to: folder)
    try show(record)
    Program.complain("the record is in \(folder)/\(name)")
  }
}
