import Foundation
import Testing

@testable import Records

struct PrimitivesRecordTests {
  private static let record = PrimitivesRecord(
    started: "2026-01-02T03:04:05Z", tool: Sample.run.tool, machine: Sample.run.environment, rounds: 2,
    primitives: [
      .init(.init("tcp-send", size: 64, lanes: 64), about: "A send.", cpu: [900, 910.5], wall: [901, 911]),
      .init(.init("tcp-send", size: 64, lanes: 1), about: "A send.", cpu: [800, -3], wall: [801, 0]),
      .init(.init("tcp-switch", lanes: 1, delay: 0), about: "A wait.", cpu: [700, 710], wall: [30_000, 31_000]),
      .init(.init("tcp-switch", lanes: 1, delay: 2_000_000), about: "A wait.", cpu: [7000, 7100], wall: [2e6, 2e6]),
      .init(.init("task", processors: 2), about: "A task.", obstacle: "there is one processor only"),
    ])

  private func write(_ text: Data, into folder: RunFolder) throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    try text.write(to: URL(fileURLWithPath: folder.primitivesPath))
  }

  private var text: String {
    get throws { String(decoding: try JSONEncoder.stable().encode(Self.record), as: UTF8.self) }
  }

  @Test func primitivesComeBackAsTheyWereWritten() throws {
    try withScratchFolder { folder in
      try write(Data(text.utf8), into: folder)
      #expect(try folder.readPrimitives() == Self.record)
    }
  }

  @Test func runHasThePrimitivesOfItsFolder() throws {
    try withScratchFolder { folder in
      _ = try RunWriter(creating: folder, Sample.run)
      #expect(try folder.read().primitives == nil)
      try write(Data(text.utf8), into: folder)
      let run = try folder.read()
      #expect(run.primitives == Self.record && run.warnings.isEmpty)
    }
  }

  @Test func whatIsNotThereIsAbsent() throws {
    #expect(try !text.contains("null"))
    #expect(
      try text.contains(#"{"about":"A task.","name":"task","obstacle":"there is one processor only","processors":2}"#))
  }

  private static let wrong: [(String, String, String)] = [
    (#""rounds":2"#, #""rounds":3"#, "primitives[0].cpu_ns has 2 values in 3 rounds"),
    (#""rounds":2"#, #""rounds":0"#, "rounds is 0, which is not from 1 on"),
    (#""lanes":1,"#, #""lanes":64,"#, "primitives[1] repeats tcp-send"),
    (#""lanes":1,"#, #""lanes":0,"#, "primitives[1].lanes is 0, which is not from 1 on"),
    (#""delay_ns":2000000,"#, #""delay_ns":0,"#, "primitives[3] repeats tcp-switch"),
    (#""delay_ns":2000000,"#, #""delay_ns":-1,"#, "primitives[3].delay_ns is -1, which is negative"),
    (#""wall_ns":[801,0]"#, #""wall_ns":[801]"#, "primitives[1].wall_ns has 1 values in 2 rounds"),
    (#""cpu_ns":[800,-3],"#, "", "primitives[1] has neither cpu_ns nor an obstacle"),
    (#""obstacle":"there is one processor only","#, "", "primitives[4] has neither cpu_ns nor an obstacle"),
    (#""processors":2"#, #""processors":2,"cpu_ns":[1,2]"#, "primitives[4] has numbers and an obstacle"),
    (#""name":"task""#, #""name":"a\nb""#, "primitives[4].name is"),
    (#""schema_version":1"#, #""schema_version":9"#, "schema version 9 is unknown"),
    (#""cpu_ns":[900,910.5]"#, #""cpu_ns":["900"]"#, "has the wrong type"),
    (#""started":"2026-01-02T03:04:05Z","#, "", "field 'started' is missing"),
  ]

  @Test(arguments: wrong) func wrongRecordIsRefusedInOneLine(right: String, wrong: String, complaint: String) throws {
    try withScratchFolder { folder in
      let changed = try text.replacing(right, with: wrong, maxReplacements: 1)
      #expect(try changed != text)
      try write(Data(changed.utf8), into: folder)
      let failure = #expect(throws: RunFolderFailure.self) { try folder.readPrimitives() }
      #expect(failure?.description.contains(complaint) == true, "\(failure?.description ?? "")")
      #expect(failure?.description.contains("primitives.json") == true && failure?.description.contains("\n") == false)
      // A run is read without them.
      _ = try RunWriter(creating: folder, Sample.run)
      let run = try folder.read()
      #expect(run.primitives == nil && run.warnings.count == 1)
    }
  }
}
