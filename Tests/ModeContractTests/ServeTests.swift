import Foundation
import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

extension ModeID {
  /// Those that can serve on this machine.
  static let serving = available.filter { $0 != .null }

  /// The number of connections that it answers at once if none ends; nil for all.
  var connectionsAnswered: Int? { self == .blocking || self == .taskgroupBlocking ? 1 : nil }
}

/// Every mode as a server, one after another: two servers in `taskgroup-blocking` would block each other's threads
/// forever.
@Suite(.serialized, .fewAtOnce) enum ServerTests {}

extension ServerTests {
  @Suite(.endsHangs) struct ServeTests {
    enum Service: String, CaseIterable { case echo, echoUNIX, http }

    private func workload(_ service: Service) -> WorkloadSpec {
      switch service {
      case .echo: .echo(EchoSpec { $0.size = ByteCount(100_001) })
      case .echoUNIX: .echo(EchoSpec { $0.transport = .unix })
      case .http: .http(HTTPSpec { $0.size = ByteCount(4096) })
      }
    }

    private func checksum(_ service: Service) -> UInt64 {
      switch service {
      case .echo: 0x7fa5_e707_7c5b_31d9
      case .echoUNIX: 0xf181_2490_20a2_9c50
      case .http: 0x2d27_aac7_2909_06a9
      }
    }

    @Test(arguments: Service.allCases, ModeID.serving)
    func everyModeGivesTheSameAnswers(_ service: Service, _ mode: ModeID) async throws {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let workload = workload(service)
      let operations: UInt64 = service == .echo ? 40 : 400
      var works: [(done: UInt64, verified: UInt64, checksum: UInt64)] = []
      for server in [ModeID.epoll, mode] {
        let running = try RunningServer(
          service == .http ? .http : .echo, mode: server,
          on: service == .echoUNIX
            ? SocketAddress(unixPath: folder.path + "/\(server)-\(works.count)")
            : SocketAddress(host: "127.0.0.1", port: 0))
        let concurrency = server.connectionsAnswered ?? 6
        let outcome = try await Trial.finished(
          .counting(operations, .epoll, workload, concurrency: concurrency, server: running))
        #expect(outcome.failuresByKind.isEmpty && outcome.unfinishedAges.isEmpty)
        works.append((outcome.done, outcome.verified, outcome.checksum))
        running.stop()
        let totals = running.server.totals
        #expect(totals.done == operations && totals.failed == 0)
        #expect(totals.connections == UInt64(concurrency) && totals.ended == totals.connections)
        #expect(totals.sentBytes == outcome.receivedBytes && totals.receivedBytes == outcome.sentBytes)
      }
      #expect(works[0] == works[1])
      #expect(works[0].verified == operations)
      expectPinned(works[1].checksum, checksum(service), of: "serve \(service)", operations: operations)
    }
  }
}
