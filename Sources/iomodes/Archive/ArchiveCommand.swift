import Foundation
import Harness
import Reporting
import Synchronization

let archiveCommand = Command(
  name: "archive", operands: "RUN…", operandValues: .run,
  about: "Packs runs for reviewers, or for a deposit with a DOI: in one archive, the sources, the runs, their figures "
    + "and reports, checksums, and a guide (ARTIFACT.md). The same input gives the same bytes.",
  groups: [
    (
      "Options",
      [
        .value(
          "output", "FILE", "the archive; it must not exist", .file, unlessGiven: "\(Artifact.name).tar.gz",
          elsewhere: "o", "out"),
        .value("program", "FILE", "a build of iomodes to include as bin/iomodes, such as a static one", .file),
      ]
    )
  ],
  examples: [
    ("iomodes archive \(Example.quick) --output /tmp/artifact.tar.gz", "in a checkout: its commit, and a run"),
    (
      "iomodes archive \(Example.quick) \(Example.claims) --program .build/release/iomodes",
      "two runs, and the program that reads them"
    ),
  ],
  mostOperands: .max
) { arguments in
  let names = try arguments.operands(atLeast: 1, "a run or more; name their folders")
  let program = try arguments.text("program").map { path in
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw UsageError("--program '\(path)' is no program that can be run; name a build of iomodes")
    }
    return URL(fileURLWithPath: path).path
  }
  let output = arguments.text("output") ?? "\(Artifact.name).tar.gz"
  let artifact = try Artifact(of: try names.map { try Places.run($0) }, program: program)
  let bar = Mutex(Screen.Bar(quiet: false, after: 2))
  defer { bar.withLock { $0.clear() } }
  let packed = try artifact.write(to: output) { done, total, name in
    bar.withLock { $0.show(done: done, total: total, label: name) }
  }
  bar.withLock { $0.clear() }
  print("\(output): \(packed.files) files, \(packed.size / 1_000_000) MB, SHA-256 \(packed.sha256)")
  return 0
}
