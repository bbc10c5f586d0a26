import Foundation
import Harness
import Plan
import Records
import Reporting

/// The guide of an archive: what is in it, how to check it, and what to expect. The same archive has the same guide.
struct ArtifactGuide {
  static let file = "ARTIFACT.md"

  /// Nil if the sources are a folder without git.
  let commit: Checkout.Commit?
  let runs: [Run]
  /// What it says of its version.
  let gnuplot: String
  let hasProgram: Bool

  var text: String {
    """
    # iomodes \(programVersion): the artifact

    iomodes runs the same I/O workload in each concurrency mode of Swift on Linux, and checks every reply. This archive
    has its sources, \(runs.count == 1 ? "the run below" : "the \(runs.count) runs below"), and everything that is made from them. \(sources)

    \(Self.table(["run", "what it measures", "trials", "machine", "build", "started"], runs.map(row)))

    A run was measured by the build in its row. Its `run.json` has the whole plan, the command line, the seed and the
    machine. If that commit is not the sources', `CHANGELOG.md` names the changes that move numbers (*Numbers*).

    ## What is in it

    \(Self.table(["path", "content"], contents))

    ## Check it

    Nothing has to be built for the checksums:

    ```sh
    sha256sum --quiet -c SHA256SUMS && echo intact
    ```

    \(building)Then check numbers and figures. Nothing is measured:

    ```sh
    \(checks)
    ```

    `cite --verify` looks up each number of a document in its run: every digit, the interval, and the SHA-256 of the
    records behind it. `plot --check` draws all figures again and compares their bytes. They were drawn by
    \(gnuplot). Another version, or other fonts, may give other bytes of SVG, PNG and PDF; data files (`.dat`) and scripts
    (`.gp`) must agree.

    ## Measure again

    ```sh
    iomodes doctor                           # what on this machine will disturb a measurement
    iomodes check                            # tests of the harness with known answers
    iomodes run quick --output again         # the four main modes
    iomodes report again
    iomodes run claims --output claims       # the claims of README.md, each with its prediction
    iomodes report claims --claims
    ```

    Absolute numbers belong to their machine. Compare ratios, orders and verdicts; the article *Comparing* says how. The
    claims say in their predictions what should hold elsewhere, too.

    ## What to expect

    \(Self.table(["step", "time on two CPUs", "needs"], Self.expectations))

    ## Odd messages

    \(Self.table(["message", "meaning"], Self.messages))
    """ + "\n"
  }

  // MARK: Parts

  private var sources: String {
    guard let commit else {
      return "The sources\nwere a folder without git: no commit vouches for them, only the checksums."
    }
    let time = ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: TimeInterval(commit.time)))
    return "The sources\nare commit `\(commit.hash)` of \(time)."
  }

  private func row(_ run: Run) -> [String] {
    let record = run.record
    let builds = record.measuredRuns.map { run in
      [run.tool.version, run.tool.commit.map { "`\($0)`" } ?? "commit unknown", run.tool.configuration]
        .joined(separator: ", ")
    }
    return [
      "`\(record.runID)`", record.aboutInWords, "\(run.trials.count)", record.machineInWords,
      Set(builds).sorted().joined(separator: "; "), record.started,
    ]
  }

  private var contents: [[String]] {
    [
      ["`README.md`", "the project: its claims with their numbers, and how to use it"],
      ["`results/RUN/`", "a run: `run.json` (plan, machine, build), `trials.jsonl` (a line per trial)"],
      ["`results/schema/`", "JSON Schemas of every key"],
      ["`reports/`", "the reports of the runs above: Markdown with a citation behind each number; HTML with figures"],
      ["`plots/RUN/`", "their figures: data, gnuplot scripts, SVG, PNG and PDF"],
      ["`Sources/`, `Tests/`, `Package.swift`", "the program and its tests; there are no package dependencies"],
      ["`Sources/iomodes/iomodes.docc/`", "the articles; *Method* and *Checklist* are for reviewers"],
      ["`Benchmarks/`", "suites, and clients and servers in other languages"],
      ["`CITATION.cff`, `LICENSE`", "how to cite it; the Apache License 2.0"],
      ["`SHA256SUMS`", "the SHA-256 of every other file"],
    ] + (hasProgram ? [["`bin/iomodes`", "a built program; only its builder vouches for it, so better build it"]] : [])
  }

  private var building: String {
    let build = """
      You need Linux, Swift 6.1 or later (swift.org/install), and gnuplot 5.4 or later for figures
      (`apt install gnuplot-nox`):

      ```sh
      swift build -c release
      export PATH="$PWD/.build/release:$PATH"
      ```

      """
    let shortcut = "The program in `bin` saves the build: `export PATH=\"$PWD/bin:$PATH\"`.\n\n"
    return build + "\n" + (hasProgram ? shortcut : "")
  }

  private var checks: String {
    let ids = runs.map(\.record.runID)
    let lines =
      ids.map { "iomodes cite --verify reports/\($0).md" } + ids.map { "iomodes plot results/\($0) --check" }
      + ["iomodes cite --verify README.md"]
    return lines.joined(separator: "\n")
  }

  private static let expectations = [
    ["checksums", "seconds", ""],
    ["`cite --verify`, `plot --check`", "seconds each; a minute for a run with many figures", "gnuplot for figures"],
    ["`swift build -c release`", "3 to 10 minutes", "2 GB of memory, 1 GB of disk"],
    ["`swift test`", "10 minutes after its build", "2 GB of disk; network namespaces for some tests"],
    ["`iomodes run quick`", "2 minutes", "an idle machine, 100 MB of memory"],
    [
      "`iomodes run claims`", "12 minutes",
      "the same; trials of a million take up to 19 GB, and are skipped without it",
    ],
    ["`iomodes run full`", "75 minutes", "the same"],
  ]

  private static let messages = [
    [
      "`… trials not valid and left out: steal …`, `foreign-load …`",
      "The hypervisor or other programs took CPU time. Such trials are repeated and do not count.",
    ],
    ["`no valid trial: …` (exit code 3)", "The machine was busy at that point. `--foreign-load 50%` permits more."],
    ["`plot --check`: `… differs` (exit code 4), only for SVG, PNG or PDF", "Another gnuplot, or other fonts."],
    ["`cite --verify`: `unchecked: N` (exit code 1)", "The document cites runs that are not in `results`."],
    ["`older form: …`", "A citation of an earlier version, without machine and commit; the rest was checked."],
    [
      "`error while loading shared libraries: libswiftCore.so`",
      "The program needs the Swift toolchain that built it. Build it here, or with `--static-swift-stdlib`.",
    ],
    ["`gnuplot is not installed …`", "Figures are left out, and everything else is done: `apt install gnuplot-nox`."],
  ]

  /// A table of Markdown.
  private static func table(_ heads: [String], _ rows: [[String]]) -> String {
    let lines = [heads, heads.map { _ in "---" }] + rows
    return lines.map { cells in
      "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ") + " |"
    }.joined(separator: "\n")
  }
}
