import Foundation
import Records
import TestSupport
import Testing

@testable import Harness
@testable import iomodes

@Suite(.serialized, .fewAtOnce, .endsHangs) struct PrimitivesCommandTests {
  @Test func recordIsWrittenAndNothingElseIsLeft() async throws {
    try await withFolder { folder in
      let running = try Running(
        ["primitives", "kernel-entry", "futex-switch", "--rounds", "2", "--format", "csv", "--output", "out"],
        in: folder)
      let ending = try await running.ended()
      #expect(ending.code == 0, "\(ending.errors)")
      #expect(ending.errors == "iomodes: the record is in out/primitives.json\n")
      let record = try RunFolder(path: folder + "/out").readPrimitives()
      #expect(record.rounds == 2 && record.primitives.map(\.name) == ["kernel-entry", "futex-switch", "futex-switch"])
      #expect(record.primitives[0].cpu?.count == 2)
      #expect(ending.output.split(separator: "\n").count == 4)
      #expect(try await eventually(within: 5) { running.children.isEmpty })
      let again = try await iomodes("primitives", "kernel-entry", "--output", "out", in: folder)
      #expect(again.code == 1)
      #expect(again.errors == "iomodes: out already holds a primitives.json; name another --output\n")
    }
  }

  /// Of primitives that only occur together, only those named are told.
  @Test func partnersAreMeasuredButNotTold() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        "primitives", "epoll-event", "--rounds", "1", "--format", "json", "--output", "out", in: folder)
      #expect(ending.code == 0 && ending.output.contains(#""epoll-event""#), "\(ending.errors)")
      #expect(!ending.output.contains("epoll-wait"))
      #expect(try RunFolder(path: folder + "/out").readPrimitives().primitives.map(\.name) == ["epoll-event"])
    }
  }

  @Test func killLeavesNoChild() async throws {
    try await expectNoChildLeft(ofKilled: ["primitives", "--output", "out"])
  }

  @Test func listNamesAllAndMeasuresNothing() async throws {
    try await withFolder { folder in
      let ending = try await iomodes("primitives", "--list", in: folder)
      for primitive in PrimitiveRounds.all { #expect(ending.output.contains(primitive.name)) }
      for line in ending.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["stderr", "stdout"])
      let wrong = try await iomodes("primitives", "tcp-sned", in: folder)
      #expect(wrong.code == 2 && wrong.errors.contains("did you mean 'tcp-send'?"), "\(wrong.errors)")
      let none = try await iomodes("primitives", "--rounds", "0", in: folder)
      #expect(none.code == 2 && none.errors.contains("a number of rounds, from 1 to 1000"), "\(none.errors)")
    }
  }
}
