import Foundation
import Harness
import Plan
import Records
import Reporting
import SystemCalls

/// Runs, packed for reviewers with everything that is needed to check them. Names are sorted, owners and modes fixed, and
/// times the commit's, so that the same input gives the same bytes (reproducible-builds.org/docs/archives).
struct Artifact {
  /// The one folder in the archive.
  static let name = "iomodes-\(programVersion)"

  struct Packed {
    var files: Int
    /// In bytes.
    var size: Int
    var sha256: String
  }

  private struct Item {
    let folder: RunFolder
    let run: Run
    let citations: Citations

    var id: String { run.record.runID }
  }

  private let checkout: Checkout
  /// By id.
  private let items: [Item]
  private let gnuplot: String
  /// The absolute path of a build to include.
  private let program: String?

  /// Reads the runs. Throws if one is incomplete, or if something is missing that an archive needs.
  init(of folders: [RunFolder], program: String?) throws {
    guard let gnuplot = Figures.gnuplot(inPath: ProcessInfo.processInfo.environment["PATH"] ?? "") else {
      throw HarnessFailure("gnuplot is not installed, and an archive has figures: `apt install gnuplot-nox`")
    }
    checkout = try Checkout()
    items = try folders.map { folder in
      let run = try folder.read()
      if let gap = run.gap { throw HarnessFailure("\(folder.path) is incomplete: \(gap)") }
      return Item(folder: folder, run: run, citations: try Citations(run, in: folder))
    }.sorted { $0.id < $1.id }
    for (first, second) in zip(items, items.dropFirst()) where first.id == second.id {
      throw HarnessFailure("\(first.folder.path) and \(second.folder.path) are both the run \(first.id); name one")
    }
    self.gnuplot = gnuplot
    self.program = program
  }

  /// Writes the archive, which appears complete or not at all.
  func write(to output: String, progress: @escaping Figures.Progress) throws -> Packed {
    guard !FileManager.default.fileExists(atPath: output) else {
      throw HarnessFailure("\(output) already exists", remedy: .otherOutput)
    }
    let parent = URL(fileURLWithPath: output).deletingLastPathComponent().path
    let scratch: ScratchFolder
    do throws(Errno) {
      scratch = try ScratchFolder(in: parent)
    } catch {
      throw HarnessFailure("cannot write into \(parent): \(error)", remedy: .otherOutput)
    }
    defer { scratch.remove() }
    let root = "\(scratch.path)/\(Self.name)"
    try SystemTool.run("mkdir", [root], in: scratch.path)
    try checkout.copy(to: root, by: scratch.path)
    if let script = Figures.otherScript(in: "\(root)/plots") {
      throw HarnessFailure(
        "this program is not a build of the sources in \(checkout.path): plots/\(script) differs; build them first")
    }
    for item in items { try copy(item, to: root) }
    try checkDocuments(in: root)
    for item in items { try draw(item, in: root, progress) }
    try copyProgram(to: root)
    try write(try guide(), to: "\(root)/\(ArtifactGuide.file)")
    return try pack(root, in: scratch.path, as: output)
  }

  // MARK: Runs

  private static let records = ["run.json", "trials.jsonl", LimitsRecord.name, PrimitivesRecord.name]

  /// Copies what belongs to the run. A run that the sources have, too, must be the same: runs are never edited.
  private func copy(_ item: Item, to root: String) throws {
    let (files, target) = (FileManager.default, "\(root)/results/\(item.id)")
    let isKnown = RunFolder(path: target).isRun
    try SystemTool.run("mkdir", ["-p", target], in: root)
    let source = URL(fileURLWithPath: item.folder.path).path
    for name in Self.records {
      let own = files.contents(atPath: "\(source)/\(name)")
      if isKnown, own != files.contents(atPath: "\(target)/\(name)") {
        throw HarnessFailure(
          "\(item.folder.path)/\(name) was edited: the run \(item.id) of the sources has it otherwise; restore it")
      }
      if own != nil { try SystemTool.run("cp", ["\(source)/\(name)", target], in: root) }
    }
    if files.fileExists(atPath: "\(source)/replies") {
      try SystemTool.run("cp", ["-R", "\(source)/replies", target], in: root)
    }
  }

  /// The sources' documents must cite the archive's runs as they are. Citations of other runs are not looked at.
  private func checkDocuments(in root: String) throws {
    var known = Dictionary(uniqueKeysWithValues: items.map { ($0.citations.run, Optional($0.citations)) })
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    for name in names.filter({ $0.hasSuffix(".md") }).sorted() {
      guard let document = CitationDocument(path: "\(root)/\(name)") else { continue }
      let check = try CitationCheck(document) { id in
        if let citations = known[id] { return citations }
        let citations = try Citations(run: id, in: "\(root)/results")
        known[id] = .some(citations)
        return citations
      }
      // Without the run, not even the text beside a citation can be judged.
      let unknown = Set(check.findings.filter(\.lacksRun).map(\.line))
      if let finding = check.findings.first(where: { $0.kind == .mismatch && !unknown.contains($0.line) }) {
        throw HarnessFailure(
          "\(name):\(finding.line) does not match its run: \(finding.text); restore the run, or cite it anew")
      }
    }
  }

  private func draw(_ item: Item, in root: String, _ progress: @escaping Figures.Progress) throws {
    _ = try Figures.write(item.run, to: "\(root)/plots/\(item.id)", gnuplot: gnuplot, progress: progress)
    let page = Reports(pageOf: item.run, in: item.folder, gnuplot: gnuplot)
    guard !page.lacksFigures else { throw HarnessFailure("the page of \(item.folder.path) has no figures") }
    try SystemTool.run("mkdir", ["-p", "\(root)/reports"], in: root)
    let tables = Report(item.run, citations: item.citations)
    for (report, format) in [(tables, OutputFormat.md), (page.report, .html)] {
      // The same bytes as on standard output.
      let text = report.render(format, width: 0, color: false) + "\n"
      try write(text, to: "\(root)/reports/\(item.id).\(format.rawValue)")
    }
  }

  // MARK: The rest

  private func copyProgram(to root: String) throws {
    guard let program else { return }
    let version = try SystemTool.run(program, ["--version"], in: root)
    guard version == "iomodes \(programVersion)\n" else {
      throw HarnessFailure("\(program) is not iomodes \(programVersion); build these sources, and name that program")
    }
    try SystemTool.run("mkdir", ["-p", "bin"], in: root)
    try SystemTool.run("cp", [program, "bin/iomodes"], in: root)
  }

  private func guide() throws -> String {
    let version = try SystemTool.run(gnuplot, ["--version"], in: "/").trimmingCharacters(in: .whitespacesAndNewlines)
    return ArtifactGuide(
      commit: checkout.commit, runs: items.map(\.run), gnuplot: version, hasProgram: program != nil
    ).text
  }

  private func write(_ text: String, to path: String) throws {
    do throws(Errno) {
      try WholeFile.write(Array(text.utf8), to: path)
    } catch {
      throw HarnessFailure("cannot write \(path): \(error)", remedy: .otherOutput)
    }
  }

  private static let checksums = "SHA256SUMS"

  private func pack(_ root: String, in scratch: String, as output: String) throws -> Packed {
    let files = "find . -type f ! -path ./\(Self.checksums) -printf '%P\\0' | sort -z"
    try SystemTool.run("sh", ["-c", "\(files) | xargs -0 sha256sum -- > \(Self.checksums)"], in: root)
    let lines = FileManager.default.contents(atPath: "\(root)/\(Self.checksums)") ?? Data()
    let started = items.compactMap { ISO8601DateFormatter().date(from: $0.run.record.started) }.max()
    let time = checkout.commit?.time ?? started.map { Int($0.timeIntervalSince1970) } ?? 0
    let tape = "\(scratch)/\(Self.name).tar"
    try SystemTool.run(
      "tar",
      [
        "--format=gnu", "--sort=name", "--mtime=@\(time)", "--owner=0", "--group=0", "--numeric-owner",
        "--mode=u=rwX,go=rX", "-C", scratch, "-cf", tape, Self.name,
      ], in: scratch)
    try SystemTool.run("gzip", ["-n", tape], in: scratch)
    let packed = "\(tape).gz"
    let hash = try SystemTool.run("sha256sum", [packed], in: scratch).prefix { $0 != " " }
    let size = Int(try SystemTool.run("stat", ["-c", "%s", packed], in: scratch).filter(\.isNumber)) ?? 0
    guard rename(packed, output) == 0 else {
      throw HarnessFailure("cannot write \(output): \(Errno.current)", remedy: .otherOutput)
    }
    let count = lines.count { $0 == UInt8(ascii: "\n") } + 1
    return Packed(files: count, size: size, sha256: String(hash))
  }
}
