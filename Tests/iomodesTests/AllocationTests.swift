import Foundation
import Glibc
import Measurement
import Modes
import Plan
import Records
import SystemCalls
import TestSupport
import Testing
import Workloads

/// The allocations of a client per operation, from runs with one and three times as many operations: both include the
/// setup.
@Suite(
  .serialized, .fewAtOnce, .endsHangs,
  .enabled(if: AllocationCounter.compiler != nil, "needs a C compiler"),
  .enabled(if: AllocationCounter.program != nil, "needs what swift build -c release builds"))
struct AllocationTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var mode: ModeID
    /// As in a suite.
    var workload: String
    /// The protocol of the target server, if there is one.
    var server: String?
    var hasFile = false

    var testDescription: String { "\(mode.rawValue) \(hasFile ? "file" : server ?? "pairs")" }

    static func pairs(_ mode: ModeID) -> Case { Case(mode: mode, workload: #"{"kind":"echo","ends":"both"}"#) }
    static func echo(_ mode: ModeID) -> Case { Case(mode: mode, workload: #"{"kind":"echo"}"#, server: "echo") }
    static func http(_ mode: ModeID) -> Case { Case(mode: mode, workload: #"{"kind":"http"}"#, server: "http") }

    static func file(_ mode: ModeID, offload: String = "inline") -> Case {
      Case(mode: mode, workload: #"{"kind":"file","span":"1MiB","offload":"\#(offload)"}"#, hasFile: true)
    }

    func plan(operations: UInt64, endpoint: String?, file: String?) -> String {
      let endpoints = endpoint.map { "\"\($0)\"" } ?? ""
      return """
        {"spec":{"file":"\(file ?? "")","mode":"\(mode.rawValue)","workload":\(workload),"concurrency":8,\
        "operations":\(operations),\
        "arrivals":{"kind":"closed"},"warmup":"0ms","deadline":"60s","seed":1,"endpoints":[\(endpoints)],\
        "pipeline":1,"own_server":true,"may_stay_unconnected":false,"share":{"process":0,"processes":1}},\
        "cpus":[],"has_control":true,"led":false}
        """
    }
  }

  private static let operations: UInt64 = 5000

  private func allocationsPerOperation(_ example: Case) async throws -> Double {
    var result = Double.nan
    try await withFolder { folder in
      let counter = try await AllocationCounter(in: folder)
      var server: (running: Running, address: SocketAddress)?
      if let conversation = example.server { server = try await serving(["--protocol", conversation], in: folder) }
      let file = example.hasFile ? folder + "/file" : nil
      if let file { try DataFile.make(file, span: ByteCount(1 << 20)) }
      var counts: [UInt64] = []
      for operations in [Self.operations, 3 * Self.operations] {
        let plan = example.plan(operations: operations, endpoint: server?.address.description, file: file)
        let (answer, allocations) = try await counter.count(clientOf: plan)
        let record = try JSONDecoder().decode(PartialRecord.self, from: Data(answer.utf8))
        #expect(record.operations.verified == operations, "\(answer)")
        // The counter counts: a loop is made within the window.
        #expect(allocations > 0)
        counts.append(allocations)
      }
      if let server {
        server.running.signal(SIGINT)
        #expect(try await server.running.ended().code == 0)
      }
      result = (Double(counts[1]) - Double(counts[0])) / Double(2 * Self.operations)
    }
    return result
  }

  @Test(
    arguments: [
      Case.pairs(.epoll), .http(.epoll), .pairs(.uring), .http(.uring), .echo(.blocking), .http(.blocking),
      .file(.blocking), .file(.epoll), .file(.epoll, offload: "pool"), .file(.uring),
    ].filter { $0.mode.unavailability == nil })
  func operationsDoNotAllocate(_ example: Case) async throws {
    let allocations = try await allocationsPerOperation(example)
    #expect(allocations < 0.01)
  }

  /// No number is promised: a waiting task's allocations depend on the runtime.
  @Test(
    arguments: [
      Case.pairs(.taskgroup), .http(.taskgroup), .pairs(.executor), .http(.executor), .file(.executor, offload: "pool"),
    ])
  func allocationsOfTasksAreTold(_ example: Case) async throws {
    print("\(example.testDescription): \(try await allocationsPerOperation(example)) allocations per operation")
  }
}
