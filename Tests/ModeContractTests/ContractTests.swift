import Foundation
import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

/// Every mode × every workload: the same operations, bytes and checksum.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct ContractTests {
  struct Case: CustomTestStringConvertible {
    var name: String
    /// The checksum of all operations, with the seed of these tests.
    var checksum: UInt64
    var workload: WorkloadSpec
    var operations: UInt64 = 200
    var server: TargetServer.Kind?
    var onUNIXSocket = false
    var sentPerOperation: Int?
    var receivedPerOperation: Int?

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "sleep(0)", checksum: 0x3a12_5d07_51e4_24d5, workload: .sleep(SleepSpec(duration: .zero)),
      sentPerOperation: 0,
      receivedPerOperation: 0),
    Case(
      name: "sleep(2ms)", checksum: 0x719d_24f0_06ba_3393, workload: .sleep(SleepSpec(duration: .milliseconds(2))),
      operations: 40),
    Case(
      name: "echo 64 bytes", checksum: 0x52d9_cc26_3964_bf0a, workload: .echo(EchoSpec()), server: .echo,
      sentPerOperation: 64,
      receivedPerOperation: 64),
    Case(
      name: "echo 16 bytes over UNIX", checksum: 0x745a_bd28_6b55_b6ab,
      workload: .echo(
        EchoSpec {
          $0.transport = .unix
          $0.size = ByteCount(16)
        }),
      server: .echo, onUNIXSocket: true, sentPerOperation: 16, receivedPerOperation: 16),
    Case(
      name: "echo 1 MiB", checksum: 0xdbaa_b283_b1d7_f5a8, workload: .echo(EchoSpec { $0.size = ByteCount(1 << 20) }),
      operations: 12,
      server: .echo,
      sentPerOperation: 1 << 20, receivedPerOperation: 1 << 20),
    Case(
      name: "echo 100,001 bytes over UNIX", checksum: 0xe543_9c7c_d2e6_224f,
      workload: .echo(
        EchoSpec {
          $0.transport = .unix
          $0.size = ByteCount(100_001)
        }), operations: 24, server: .echo,
      onUNIXSocket: true, sentPerOperation: 100_001, receivedPerOperation: 100_001),
    Case(
      name: "echo with a drawn delay", checksum: 0xd414_4590_fa4a_c43b,
      workload: .echo(EchoSpec { $0.delay = .exponential(mean: .milliseconds(1)) }),
      operations: 40, server: .echo, sentPerOperation: 64),
    Case(
      name: "echo, both ends, TCP", checksum: 0x52d9_cc26_3964_bf0a, workload: .echo(EchoSpec { $0.ends = .both }),
      sentPerOperation: 64,
      receivedPerOperation: 64),
    Case(
      name: "echo, both ends, UNIX, 40 KiB", checksum: 0x761e_1669_af7e_6076,
      workload: .echo(
        EchoSpec {
          $0.ends = .both
          $0.transport = .unix
          $0.size = ByteCount(40 << 10)
        }),
      operations: 60, sentPerOperation: 40 << 10, receivedPerOperation: 40 << 10),
    Case(name: "http greeting", checksum: 0x7532_e87b_8bf4_5465, workload: .http(HTTPSpec()), server: .http),
    Case(
      name: "http, new connections", checksum: 0x42af_975f_c7d5_ce08,
      workload: .http(HTTPSpec { $0.connection = .new }), operations: 60,
      server: .http),
    Case(
      name: "http, 4 KiB after 1 ms", checksum: 0xe24b_ec7e_5e8b_f843,
      workload: .http(
        HTTPSpec {
          $0.delay = .fixed(.milliseconds(1))
          $0.size = ByteCount(4096)
        }), operations: 40,
      server: .http),
    Case(
      name: "http, 1 MiB", checksum: 0x5ff0_79a3_01b8_908e, workload: .http(HTTPSpec { $0.size = ByteCount(1 << 20) }),
      operations: 12,
      server: .http),
    Case(
      name: "http, empty body", checksum: 0xa0a2_018c_2e7e_8589, workload: .http(HTTPSpec { $0.size = ByteCount(0) }),
      server: .http),
    Case(
      name: "http HEAD", checksum: 0xa0a2_018c_2e7e_8589, workload: .http(HTTPSpec { $0.method = "HEAD" }),
      server: .http),
    Case(
      name: "http POST", checksum: 0x7532_e87b_8bf4_5465,
      workload: .http(
        HTTPSpec {
          $0.method = "POST"
          $0.body = "a=1"
          $0.headers = ["X-Test: yes"]
        }), server: .http),
  ]

  /// What does not depend on the mode.
  struct Work: Equatable {
    var done: UInt64
    var verified: UInt64
    var checksum: UInt64
    var sent: UInt64
    var received: UInt64
  }

  @Test(arguments: cases, [1, 8])
  func everyModeDoesTheSameWork(_ example: Case, concurrency: Int) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var first: Work?
    for mode in ModeID.available where mode.objection(to: example.workload) == nil {
      let address =
        example.onUNIXSocket
        ? try SocketAddress(unixPath: folder.path + "/\(mode)") : try SocketAddress(host: "127.0.0.1", port: 0)
      let server = try example.server.map { try RunningServer($0, on: address) }
      let spec = TrialSpec.counting(
        example.operations, mode, example.workload, concurrency: concurrency, server: server)
      let outcome = try await Trial.finished(spec)
      let work = Work(
        done: outcome.done, verified: outcome.verified, checksum: outcome.checksum, sent: outcome.sentBytes,
        received: outcome.receivedBytes)
      #expect(
        outcome.failuresByKind.isEmpty, "\(mode): \(outcome.failuresByKind.map { "\($0.key.name): \($0.value)" })")
      #expect(work.done == example.operations && work.verified == example.operations, "\(mode)")
      #expect(outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime, "\(mode)")
      #expect(outcome.service.count == outcome.done, "\(mode)")
      #expect(work == first ?? work, "\(mode) differs from blocking")
      first = first ?? work
      if let sent = example.sentPerOperation { #expect(work.sent == UInt64(sent) * work.done, "\(mode)") }
      if let received = example.receivedPerOperation {
        #expect(work.received == UInt64(received) * work.done, "\(mode)")
      }
      if let server, mode != .null {
        server.stop()
        #expect(server.server.totals.done == example.operations, "\(mode): the server's count")
        #expect(server.server.totals.failed == 0, "\(mode)")
      }
    }
    expectPinned(first?.checksum, example.checksum, of: example.name, operations: example.operations)
  }
}
