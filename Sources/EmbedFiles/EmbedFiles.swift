import Foundation
import PackagePlugin

/// Makes Swift source of the files in `plots`, `Benchmarks` and `Sources/Reporting/Study`: those are the one place where
/// scripts, suites, the manifests of peers and the prose of articles stand.
@main struct EmbedFiles: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL
    let source = context.pluginWorkDirectoryURL.appending(path: "ProjectFiles.swift")
    // A folder changes with the names in it, which tells of files that are new or gone.
    let folders = [("plots", "gp"), ("Benchmarks", "json"), ("Sources/Reporting/Study", "md")]
    let inputs = try folders.flatMap { folder, ending in
      let url = root.appending(path: folder)
      let files = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
      return [url] + files.filter { $0.pathExtension == ending }
    }
    let peers = root.appending(path: "Benchmarks/peers")
    let manifests = try FileManager.default.contentsOfDirectory(at: peers, includingPropertiesForKeys: nil)
      .map { $0.appending(path: "peer.json") }.filter { FileManager.default.fileExists(atPath: $0.path) }
    return [
      .buildCommand(
        displayName: "Embedding the project's files", executable: try context.tool(named: "embed-files").url,
        arguments: [source.path, root.path], inputFiles: inputs + [peers] + manifests, outputFiles: [source])
    ]
  }
}
