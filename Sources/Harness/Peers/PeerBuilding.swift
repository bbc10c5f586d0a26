import Foundation
import SystemCalls

extension Peer {
  /// Whether the peer must be built before it can run, and can be.
  public var isToBuild: Bool {
    guard isHere, !manifest.build.isEmpty, missingProgram == nil else { return false }
    return manifest.built.map { !FileManager.default.fileExists(atPath: absolute($0)) } ?? true
  }

  /// Runs the commands that build the peer.
  /// - Parameter say: receives their output, line by line.
  /// - Returns: false if there is nothing to build.
  public func build(_ say: (String) -> Void) throws(HarnessFailure) -> Bool {
    if let missing = missingProgram { throw HarnessFailure("peer \(manifest.id): \(missing)") }
    guard !manifest.build.isEmpty else { return false }
    for words in manifest.build {
      let (path, arguments) = try command(words)
      let child: ChildProcess
      do throws(Errno) {
        child = try ChildProcess(path, arguments, takesErrors: true, in: folder)
      } catch {
        throw HarnessFailure("peer \(manifest.id): cannot start \(path): \(error)")
      }
      child.closeInput()
      reading: while true {
        if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
        switch child.readLine(timeout: 100) {
        case .text(let line): say(line)
        case .ended: break reading
        case .nothing: continue
        }
      }
      let end = child.wait()
      guard end == .exited(0) else {
        throw HarnessFailure("peer \(manifest.id): '\(words.joined(separator: " "))' ended with \(end)")
      }
    }
    if let built = manifest.built, !FileManager.default.fileExists(atPath: absolute(built)) {
      throw HarnessFailure("peer \(manifest.id): its build commands succeeded, but \(absolute(built)) does not exist")
    }
    return true
  }
}
