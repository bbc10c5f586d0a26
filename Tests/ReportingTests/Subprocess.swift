import Foundation

/// Another program that a test asks.
enum Subprocess {
  /// What it prints, and its exit code.
  /// - Parameter folder: where it works; here, unless given.
  static func run(_ path: String, _ arguments: [String], in folder: String? = nil) throws -> (
    output: String, code: Int32
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (text, process.terminationStatus)
  }
}
