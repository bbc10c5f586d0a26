import Foundation
import Testing

/// What the articles on adding a mode, a workload and a metric say is all that it takes: applied to a copy of the sources,
/// every layer that knows of them compiles. Nothing is linked or optimised, and the programs are run by tests of their own.
struct ToysCompileTests {
  private static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
  private static let modules = (Executable.path as NSString).deletingLastPathComponent + "/Modules"
  private static let map = (Executable.path as NSString).deletingLastPathComponent + "/CLinux.build/module.modulemap"

  /// The compiler, which what tests start does not find by itself.
  private static let compiler = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/swiftc" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  private static let canCompile = compiler != nil && FileManager.default.fileExists(atPath: map)

  /// In the order in which they know each other.
  private static let layers = ["Plan", "Workloads", "Modes", "Records", "Harness", "Reporting"]

  @Test(.enabled(if: canCompile, "needs swiftc, and the modules of a build by SwiftPM"))
  func sourcesWithOneMoreOfEachCompileInEveryLayer() async throws {
    try await withFolder { folder in
      for layer in Self.layers {
        try FileManager.default.copyItem(atPath: "\(Self.project)/Sources/\(layer)", toPath: "\(folder)/\(layer)")
      }
      let ofWorkload = try Self.addWorkload(in: folder)
      let touched = try ofWorkload + Self.addMode(in: folder) + Self.addMetric(in: folder)
      #expect(touched.count == 5, "\(touched)")
      let last = try #require(ofWorkload.last)
      for layer in Self.layers {
        if last.hasPrefix("\(layer)/") { try await Self.expectComplaint(without: last, of: layer, in: folder) }
        let complaint = try await Self.compile(layer, in: folder)
        #expect(complaint == nil, "\(layer): \(complaint ?? "")")
        if complaint != nil { return }
      }
    }
  }

  /// Without its case in the last of the files that the article names, the compiler says where it is missing.
  private static func expectComplaint(without file: String, of layer: String, in folder: String) async throws {
    let path = "\(folder)/\(file)"
    let changed = try String(contentsOfFile: path, encoding: .utf8)
    try write(String(contentsOfFile: "\(project)/Sources/\(file)", encoding: .utf8), to: path)
    let complaint = try await compile(layer, in: folder)
    #expect(complaint?.contains("\(file):") == true && complaint?.contains("must be exhaustive") == true)
    try write(changed, to: path)
  }

  // MARK: The articles

  /// The listings of an article, without their margin.
  private static func listings(of article: String) throws -> [String] {
    let text = try String(contentsOfFile: "\(project)/Sources/iomodes/iomodes.docc/\(article).md", encoding: .utf8)
    return text.matches(of: #/   ```(?:swift|text)\n((?:.*\n)*?)   ```/#).map { match in
      match.1.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.hasPrefix("   ") ? String($0.dropFirst(3)) : String($0) }.joined(separator: "\n")
    }
  }

  /// - Returns: the files outside of what is new, in the order of the article.
  private static func addWorkload(in folder: String) throws -> [String] {
    let listings = try listings(of: "AddingAWorkload")
    try #require(listings.count == 3)
    let spec = listings[0] + "\nextension NapSpec { public var spec: WorkloadSpec { .nap(self) } }\n"
    try write("import Measurement\n\n\(spec)", to: "\(folder)/Plan/Workloads/NapSpec.swift")
    try write("import Measurement\nimport Plan\n\n\(listings[1])", to: "\(folder)/Workloads/Nap/NapConversation.swift")
    let inNull = listings[2].replacing("mode, arrangement, table(arrangement)", with: "trial, echoServer")
      .replacing("spec.seed", with: "trial.spec.seed")
    return try [
      ("Plan/Workloads/WorkloadSpec.swift", "  case sleep(SleepSpec)\n", "  case nap(NapSpec)\n"),
      ("Plan/Workloads/WorkloadSpec.swift", "    SleepSpec.self,", "    NapSpec.self,"),
      ("Plan/Workloads/WorkloadSpec.swift", "    case .sleep(let spec): spec\n", "    case .nap(let spec): spec\n"),
      ("Modes/Trial/TrialExecution.swift", "    case .sleep(let sleep):\n", listings[2]),
      ("Modes/Null/NullMode.swift", "    case .sleep(let sleep):\n", inNull),
    ].reduce(into: []) { files, change in
      try insert(change.2, before: change.1, in: "\(folder)/\(change.0)")
      if files.last != change.0 { files.append(change.0) }
    }
  }

  private static func addMode(in folder: String) throws -> [String] {
    let mode = try #require(try listings(of: "AddingAMode").first)
    let imports = ["Dispatch", "Plan", "SystemCalls", "Workloads"].map { "import \($0)\n" }.joined()
    try write("\(imports)\n\(mode)", to: "\(folder)/Modes/Toy/ToyMode.swift")
    try insert("    ToyMode.self,\n", before: "    NullMode.self,\n", in: "\(folder)/Modes/ModeCatalogue.swift")
    return ["Modes/ModeCatalogue.swift"]
  }

  private static func addMetric(in folder: String) throws -> [String] {
    let row = try #require(try listings(of: "AddingAMetric").first)
    let file = "Reporting/Metrics/PointMetrics.swift"
    try insert("\(row),\n", before: "      Row.estimate(\n", in: "\(folder)/\(file)", isFirstOfMany: true)
    return [file]
  }

  private static func write(_ text: String, to path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  private static func insert(
    _ text: String, before line: String, in path: String, isFirstOfMany: Bool = false
  ) throws {
    let source = try String(contentsOfFile: path, encoding: .utf8)
    let places = source.ranges(of: line)
    try #require(isFirstOfMany ? !places.isEmpty : places.count == 1, "\(line) in \(path)")
    var changed = source
    changed.insert(contentsOf: text, at: places[0].lowerBound)
    try write(changed, to: path)
  }

  // MARK: The compiler

  /// - Returns: what the compiler says; nil if it compiles.
  private static func compile(_ layer: String, in folder: String) async throws -> String? {
    let script = """
      mkdir -p out && '\(compiler ?? "")' -swift-version 6 -package-name \(package) -module-name \(layer) \
      -wmo -parse-as-library \
      -emit-module -emit-module-path out/\(layer).swiftmodule -I out -I '\(modules)' -Xcc '-fmodule-map-file=\(map)' \
      $(find \(layer) -name '*.swift') 2>&1
      """
    let ending = try await Running(["-c", script], of: "/bin/sh", in: folder).ended()
    return ending.code == 0 ? nil : ending.output
  }

  /// The package's name in its modules: that of its folder.
  private static let package = (project as NSString).lastPathComponent.lowercased()
}
