import Foundation
import Harness
import TestSupport
import Testing

@testable import iomodes

/// An archive, made in a small checkout that cites one run, and unpacked where there is no checkout.
@Suite(.fewAtOnce, .enabled(if: isInstalled("gnuplot") && isInstalled("git")), .endsHangs)
struct ArchiveTests {
  private static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
  private static let id = "20261121-164733-million"
  private static let run = "results/\(id)"

  private static func shell(_ script: String, in folder: String) async throws -> Ending {
    try await Running(["-c", "set -eu; PATH=$PATH:/usr/local/bin; \(script)"], of: "/bin/sh", in: folder).ended()
  }

  private static let git = "git -c user.name=iomodes -c user.email=nobody@localhost -c init.defaultBranch=main"

  /// A folder with a checkout in `checkout`, all of it committed.
  private func withCheckout(_ body: (_ folder: String, _ checkout: String) async throws -> Void) async throws {
    try await withFolder { folder in
      let citation = "\(Executable.path) cite \(Self.project)/\(Self.run) run recorded | sed -n 1p"
      let made = try await Self.shell(
        """
        mkdir -p checkout/Sources/iomodes checkout/results checkout/plots
        cd checkout
        cp \(Self.project)/plots/*.gp plots
        cp \(Self.project)/LICENSE \(Self.project)/CITATION.cff \(Self.project)/Package.swift .
        echo 'print("iomodes")' > Sources/iomodes/main.swift
        cp -R \(Self.project)/\(Self.run) results
        \(citation) > README.md
        \(Self.git) init -q
        git add .
        \(Self.git) commit -q -m 'a run and the document that cites it'
        """, in: folder)
      try #require(made.code == 0, "\(made.errors)")
      try await body(folder, "\(folder)/checkout")
    }
  }

  @Test func archiveIsCheckedWhereItIsUnpacked() async throws {
    try await withCheckout { folder, checkout in
      let words = ["archive", Self.run, "--program", Executable.path, "--output", "../artifact.tar.gz"]
      let ending = try await iomodes(words, in: checkout)
      #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
      #expect(ending.output.hasPrefix("../artifact.tar.gz: "), "\(ending.output)")
      let unpacked = try await Self.shell("mkdir out; tar -xzf artifact.tar.gz -C out; mv checkout gone", in: folder)
      #expect(unpacked.code == 0, "\(unpacked.errors)")
      let root = "\(folder)/out/\(Artifact.name)"
      let sums = try await Self.shell("sha256sum --quiet -c SHA256SUMS", in: root)
      #expect(sums.code == 0, "\(sums.output)\(sums.errors)")
      // All but the list itself and what this test prints.
      let listed = try await Self.shell("find . -type f | wc -l; wc -l < SHA256SUMS", in: root)
      let counts = listed.output.split(separator: "\n").compactMap { Int($0.filter(\.isNumber)) }
      #expect(counts.count == 2 && counts[0] == counts[1] + 3, "\(counts)")

      let program = "\(root)/bin/iomodes"
      func own(_ words: String...) async throws -> Ending { try await Running(words, of: program, in: root).ended() }
      for document in ["reports/\(Self.id).md", "README.md"] {
        let check = try await own("cite", "--verify", document)
        #expect(check.code == 0 && check.output.hasSuffix(", all match\n"), "\(check.output)\(check.errors)")
      }
      let figures = try await own("plot", Self.run, "--check")
      #expect(figures.code == 0 && figures.output.hasSuffix("files match the run\n"), "\(figures.output)")
      #expect(FileManager.default.fileExists(atPath: "\(root)/plots/\(Self.id)/million-sleeps-throughput.pdf"))
      for format in ["md", "html"] {
        let again = try await Running(
          ["report", Self.run, "--format", format] + (format == "md" ? ["--cite"] : []), of: program, in: root
        ).ended()
        #expect(again.code == 0 && again.errors.isEmpty, "\(again.errors)")
        let path = "\(root)/reports/\(Self.id).\(format)"
        #expect(try String(contentsOfFile: path, encoding: .utf8) == again.output)
      }
      let guide = try String(contentsOfFile: "\(root)/ARTIFACT.md", encoding: .utf8)
      for text in ["iomodes plot \(Self.run) --check", "| `\(Self.id)` |", "`bin/iomodes`"] {
        #expect(guide.contains(text), "\(text)")
      }
    }
  }

  @Test func sameInputGivesTheSameBytes() async throws {
    try await withCheckout { folder, checkout in
      for name in ["first", "second"] {
        let ending = try await iomodes("archive", Self.run, "--output", "../\(name).tar.gz", in: checkout)
        #expect(ending.code == 0, "\(ending.errors)")
        // Neither times nor permissions of the checkout's files matter.
        let touched = try await Self.shell("touch results/*/*; chmod -R go-rwx .", in: checkout)
        #expect(touched.code == 0, "\(touched.errors)")
      }
      let compared = try await Self.shell("cmp first.tar.gz second.tar.gz", in: folder)
      #expect(compared.code == 0, "\(compared.output)\(compared.errors)")
      let listed = try await Self.shell("tar -tvzf first.tar.gz --numeric-owner", in: folder)
      let lines = listed.output.split(separator: "\n")
      #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(" 0/0 ") }, "\(listed.output)")
      let names = lines.compactMap { $0.split(separator: " ").last }
      for name in ["LICENSE", "CITATION.cff", "Sources/iomodes/main.swift", "\(Self.run)/run.json", "SHA256SUMS"] {
        #expect(names.contains("\(Artifact.name)/\(name)"), "\(name)")
      }
    }
  }

  struct Refusal: CustomTestStringConvertible, Sendable {
    /// What happens to the checkout beforehand.
    var script: String
    var complaint: String

    var testDescription: String { complaint }
  }

  private static let trials = "\(run)/trials.jsonl"
  /// The same value in other bytes.
  private static let edit = "sed -i '1s/\"concurrency\":/\"concurrency\": /'"
  private static let commit = "\(git) commit -q -a -m edited"

  static let refusals = [
    Refusal(
      script: "sed -i '$d' \(trials); \(commit)", complaint: "is incomplete: 8 of 9 planned trials are recorded"),
    Refusal(script: "truncate -s -9 \(trials); \(commit)", complaint: "line 9 is cut off"),
    Refusal(
      script: "sed -i '2s/\"trial\":[0-9]*/\"trial\":99/' \(trials); \(commit)",
      complaint: "is not recorded; restore the file"),
    Refusal(
      script: "\(edit) \(trials)",
      complaint: "has changes that no commit holds, such as in \(trials); commit or undo them"),
    Refusal(script: "\(edit) \(trials); \(commit)", complaint: "README.md:1 does not match its run: "),
    Refusal(script: "echo >> Package.swift", complaint: "such as in Package.swift; commit or undo them"),
    Refusal(
      script: "echo >> plots/heat.gp; \(commit)",
      complaint: "checkout: plots/heat.gp differs; build them first"),
    Refusal(script: "touch ../artifact.tar.gz", complaint: "already exists; name another --output"),
  ]

  @Test(arguments: refusals) func archiveIsRefusedInOneLine(refusal: Refusal) async throws {
    try await withCheckout { folder, checkout in
      let changed = try await Self.shell(refusal.script, in: checkout)
      #expect(changed.code == 0, "\(changed.errors)")
      let ending = try await iomodes("archive", Self.run, "--output", "../artifact.tar.gz", in: checkout)
      #expect(ending.code == 1 && ending.output.isEmpty && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains(refusal.complaint), "\(ending.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("iomodes-tmp-") }
      #expect(left.isEmpty)
    }
  }

  /// The commit's own run is the reference for a copy of it elsewhere.
  @Test func editedCopyOfARunIsRefused() async throws {
    try await withCheckout { folder, checkout in
      let copied = try await Self.shell("cp -R checkout/\(Self.run) copy; \(Self.edit) copy/trials.jsonl", in: folder)
      #expect(copied.code == 0, "\(copied.errors)")
      let ending = try await iomodes("archive", "../copy", "--output", "../artifact.tar.gz", in: checkout)
      #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains("../copy/trials.jsonl was edited: the run \(Self.id) of the sources"))
      let twice = try await iomodes("archive", Self.run, "../copy", "--output", "../artifact.tar.gz", in: checkout)
      #expect(twice.code == 1 && twice.errors.contains("are both the run \(Self.id); name one"), "\(twice.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/artifact.tar.gz"))
    }
  }

  @Test(arguments: [
    ("archive", 2, "archive needs a run or more; name their folders"),
    ("archive nothing", 1, "there is no run 'nothing'"),
    ("archive \(run) --program nothing", 2, "--program 'nothing' is no program that can be run; name a build"),
    ("archive \(run) --program /bin/true --output out.tar.gz", 1, "/bin/true is not iomodes "),
  ])
  func wrongCommandLineIsRefused(line: String, code: Int32, complaint: String) async throws {
    try await withCheckout { _, checkout in
      let ending = try await iomodes(line.split(separator: " ").map(String.init), in: checkout)
      #expect(ending.code == code && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains(complaint), "\(ending.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(checkout)/out.tar.gz"))
    }
  }

  @Test func citationFileHasTheProgramsVersion() throws {
    let lines = try String(contentsOfFile: "\(Self.project)/CITATION.cff", encoding: .utf8).split(separator: "\n")
    #expect(lines.contains("cff-version: 1.2.0") && lines.contains("version: \(programVersion)"))
  }

  @Test func programWithoutACheckoutIsRefused() async throws {
    try await withFolder { folder in
      let copied = try await Self.shell(
        "cp \(Executable.path) iomodes; cp -R \(Self.project)/\(Self.run) run", in: folder)
      #expect(copied.code == 0, "\(copied.errors)")
      let ending = try await Running(["archive", "run"], of: "\(folder)/iomodes", in: folder).ended()
      #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains("no sources of iomodes are around the current folder"), "\(ending.errors)")
    }
  }

  /// Such as an archive that was unpacked.
  @Test func folderWithoutGitIsArchivedAsItIs() async throws {
    try await withCheckout { folder, checkout in
      let prepared = try await Self.shell("rm -rf .git; mkdir .build; touch .build/left Sources/left.o", in: checkout)
      #expect(prepared.code == 0, "\(prepared.errors)")
      for name in ["first", "second"] {
        let ending = try await iomodes("archive", Self.run, "--output", "\(name).tar.gz", in: checkout)
        #expect(ending.code == 0, "\(ending.errors)")
      }
      let compared = try await Self.shell("cmp first.tar.gz second.tar.gz; tar -tzf first.tar.gz", in: checkout)
      #expect(compared.code == 0 && compared.output.contains("/README.md\n"), "\(compared.output)\(compared.errors)")
      #expect(!compared.output.contains("left"), "\(compared.output)")
    }
  }
}
