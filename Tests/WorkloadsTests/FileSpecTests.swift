import Foundation
import Measurement
import Plan
import Testing

@testable import Workloads

@Suite struct FileSpecTests {
  private func read(_ fields: String) throws -> FileSpec? {
    try JSONDecoder().decode(WorkloadSpec.self, from: Data(#"{"kind": "file"\#(fields)}"#.utf8)).file
  }

  @Test func fieldsHaveTheUsualValuesWhereNoneAreGiven() throws {
    #expect(try read("") == FileSpec())
    #expect(FileSpec().blocks == 16384)
  }

  @Test func fieldsAreReadAndRoundTrip() throws {
    let fields = #"""
      , "access": "write", "pattern": "sequential", "size": "8KiB", "span": "1MiB", "direct": true, "sync": "fdatasync",
      "offload": "pool", "pool": 3, "depth": 7
      """#
    var spec = FileSpec()
    (spec.access, spec.pattern, spec.size, spec.span) = (.write, .sequential, ByteCount(8192), ByteCount(1 << 20))
    (spec.direct, spec.sync, spec.offload, spec.pool, spec.depth) = (true, .fdatasync, .pool, 3, 7)
    #expect(try read(fields) == spec)
    let again = try JSONDecoder().decode(WorkloadSpec.self, from: JSONEncoder().encode(WorkloadSpec.file(spec)))
    #expect(again == .file(spec))
  }

  @Test(arguments: [
    (#""size": "1000B""#, "is not a multiple of 512B up to 64MiB"),
    (#""size": "0""#, "is not a multiple of 512B"),
    (#""size": "128MiB", "span": "1GiB""#, "up to 64MiB"),
    (#""size": "512B", "direct": true"#, "is not a multiple of 4KiB up to 64MiB, as direct asks for"),
    (#""span": "5KiB""#, "5KiB is not a multiple of the size, 4KiB"),
    (#""span": "0""#, "is not a multiple of the size"),
    (#""sync": "fsync""#, "goes with access write"),
    (#""sync": "often", "access": "write""#, "often"),
    (#""pool": 0"#, "0 is not a number of threads; it must be from 1 to 1024"),
    (#""depth": 5000"#, "5000 is not a number of requests; it must be from 1 to 4096"),
    (#""speed": 1"#, "is not a field"),
  ])
  func fieldIsRefusedWithWhatWouldBeRight(_ field: String, complaint: String) {
    let error = #expect(throws: DecodingError.self) { _ = try read(", " + field) }
    #expect("\(String(describing: error))".contains(complaint))
  }

  @Test func layoutIsAPureFunctionOfSeedAndOperation() {
    let spec = FileSpec()
    let (one, same, other) = (FileLayout(spec, seed: 1), FileLayout(spec, seed: 1), FileLayout(spec, seed: 2))
    let blocks = (0..<20_000).map { one.block(of: $0) }
    #expect(blocks == (0..<20_000).map { same.block(of: $0) })
    #expect(blocks != (0..<20_000).map { other.block(of: $0) })
    #expect(blocks.allSatisfy { $0 < spec.blocks })
    // Of 16,384 blocks, 20,000 draws miss a part of e^-1.22.
    #expect((0.68...0.73).contains(Double(Set(blocks).count) / Double(spec.blocks)))
    var sequential = spec
    sequential.pattern = .sequential
    let layout = FileLayout(sequential, seed: 1)
    #expect([0, 1, 16383, 16384].map { layout.block(of: $0) } == [0, 1, 16383, 0])
  }

  @Test func stampTellsAnotherSectorAnotherVersionAndAHalf() throws {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 512)
    defer { bytes.deallocate() }
    let sum = FileStamp.write(bytes, first: 40, version: FileStamp.asMade)
    let whole = UnsafeRawBufferPointer(bytes)
    #expect(FileStamp.sumAsMade(whole, first: 40) == sum)
    #expect(FileStamp.sumAsMade(whole, first: 41) == nil)
    for place in [0, 8, 504, 512 + 15, 2047] {
      bytes[place] ^= 1
      #expect(FileStamp.sumAsMade(whole, first: 40) == nil, "byte \(place)")
      bytes[place] ^= 1
    }
    _ = FileStamp.write(UnsafeMutableRawBufferPointer(rebasing: bytes[512..<1024]), first: 41, version: 9)
    #expect(FileStamp.sumAsMade(whole, first: 40) == nil)
    let base = try #require(whole.baseAddress)
    #expect(FileStamp.version(of: base + 512, number: 41) == 9)
    #expect(FileStamp.version(of: base + 512, number: 42) == nil)
    #expect(FileStamp.version(of: base, number: 40) == FileStamp.asMade)
  }

  @Test func conversationGoesOnAfterATransferThatWasCutShort() {
    var spec = FileSpec()
    (spec.access, spec.sync) = (.write, .fsync)
    var conversation = FileConversation(spec, layout: FileLayout(spec, seed: 1))
    guard case .file(.write(let bytes, let offset)) = conversation.begin(3) else { return #expect(Bool(false)) }
    #expect(bytes.count == 4096 && offset % 4096 == 0)
    guard case .file(.write(let rest, let next)) = conversation.transferred(1000) else { return #expect(Bool(false)) }
    #expect(rest.count == 3096 && next == offset + 1000)
    guard case .file(.sync(dataOnly: false)) = conversation.transferred(3096) else { return #expect(Bool(false)) }
    guard case .done(let outcome) = conversation.transferred(0) else { return #expect(Bool(false)) }
    #expect(outcome.kind == .verified)
    _ = conversation.begin(4)
    guard case .done(let full) = conversation.transferred(0) else { return #expect(Bool(false)) }
    #expect(full.kind == .prematureEnd)
  }
}
