import Measurement
import Modes
import Plan
import Workloads

extension Benchmark {
  // MARK: The reader

  static var reader: [Benchmark] {
    [
      reader("request", .request, "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n", bodyBytes: 0),
      reader(
        "response", .response,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\nHello, 127.0.0.1!", bodyBytes: 17),
      reader(
        "chunked-response", .response,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "7\r\nHello, \r\na\r\n127.0.0.1!\r\n0\r\n\r\n", bodyBytes: 17),
    ]
  }

  private static func reader(
    _ mode: String, _ role: HTTPReader.Role, _ message: String, bodyBytes: Int
  ) -> Benchmark {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: message.utf8.count, alignment: 1)
    bytes.copyBytes(from: message.utf8)
    return Benchmark("http-reader", mode) { count in
      timed {
        var reader = HTTPReader(role: role)
        var verified: UInt64 = 0
        for _ in 0..<count {
          reader.reset()
          var rest = UnsafeRawBufferPointer(bytes)
          reading: while true {
            switch reader.next(&rest) {
            case .head, .body: continue
            case .complete:
              if rest.isEmpty && reader.bodyBytes == bodyBytes { verified += 1 }
              break reading
            case .needsMore, .malformed: break reading
            }
          }
        }
        return verified
      }
    }
  }

  // MARK: Conversations

  static var conversation: [Benchmark] {
    [
      Benchmark("conversation", "sleep") { count in
        timed {
          var sleeper = SleepConversation(duration: Nanoseconds(1))
          var verified: UInt64 = 0
          for operation in 0..<count where sleep(&sleeper, operation) == Randomness.mix(operation) { verified += 1 }
          return verified
        }
      },
      Benchmark("conversation", "echo") { count in
        timed { converse(count, EchoClient(size: 64, delay: .none, seed: 1), EchoServer()) }
      },
      Benchmark("conversation", "http") { count in
        let address = "127.0.0.1"
        let requests = UnsafeMutablePointer<HTTPRequests>.allocate(capacity: 1)
        requests.initialize(to: HTTPRequests(HTTPSpec(), server: (address, "Hello, \(address)!"), seed: 1))
        defer {
          requests.deinitialize(count: 1)
          requests.deallocate()
        }
        return withDate { date in
          timed { converse(count, HTTPClient(requests), HTTPServer(peer: address, date: date)) }
        }
      },
      httpServer("http-server", depth: 1),
      httpServer("http-server-24", depth: 24),
    ]
  }

  private static func withDate<R>(_ body: (UnsafePointer<HTTPDate>) -> R) -> R {
    let date = UnsafeMutablePointer<HTTPDate>.allocate(capacity: 1)
    date.initialize(to: HTTPDate())
    defer {
      date.deinitialize(count: 1)
      date.deallocate()
    }
    return body(date)
  }

  /// The server's conversation alone, `depth` requests in each piece that it receives.
  private static func httpServer(_ mode: String, depth: Int) -> Benchmark {
    let text = String(repeating: "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n", count: depth)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
    bytes.copyBytes(from: text.utf8)
    return Benchmark("conversation", mode, batch: UInt64(depth)) { batches in
      withDate { date in
        timed {
          var server = HTTPServer(peer: "127.0.0.1", date: date)
          var verified: UInt64 = 0
          guard case .receive = server.begin(0) else { return 0 }
          for _ in 0..<batches {
            var rest = UnsafeRawBufferPointer(bytes)
            guard case .send = server.received(&rest), rest.isEmpty, case .receive = server.sent() else { break }
            verified += UInt64(server.takeAnswered())
          }
          return verified
        }
      }
    }
  }

  /// One operation; not inlined, or nothing would be left of it.
  @inline(never)
  private static func sleep(_ sleeper: inout SleepConversation, _ operation: UInt64) -> UInt64? {
    guard case .sleep(let span) = sleeper.begin(operation),
      case .done(let outcome) = sleeper.woke(operation, after: span)
    else { return nil }
    return outcome.checksum
  }

  /// Carries out `count` operations over a connection on which each message arrives in one piece.
  /// - Returns: how many were verified.
  private static func converse<Client: Conversation & ~Copyable, Server: ServerConversation & ~Copyable>(
    _ count: UInt64, _ client: consuming Client, _ server: consuming Server
  ) -> UInt64 {
    var verified: UInt64 = 0
    guard case .receive = server.begin(0) else { return 0 }
    for operation in 0..<count {
      guard case .send(var request) = client.begin(operation), case .receive = client.sent(),
        case .send(var reply) = server.received(&request), case .done(let outcome) = client.received(&reply),
        case .receive = server.sent(), server.takeAnswered() == 1, outcome.checksum != nil
      else { return verified }
      verified += 1
    }
    return verified
  }

  // MARK: Trials

  static var null: [Benchmark] {
    let workloads: [WorkloadSpec] = [.sleep(SleepSpec(duration: Nanoseconds(1))), .echo(EchoSpec()), .http(HTTPSpec())]
    return workloads.map { workload in
      Benchmark("null", workload.kind) { count in
        let outcome = try Trial.run(
          TrialSpec(
            mode: .null, workload: workload, concurrency: 1, operations: count, duration: nil, warmup: .zero,
            deadline: .seconds(600), seed: 1, endpoints: [], isOwnServer: true))
        return Outcome(wall: outcome.wall, usage: outcome.usage, verified: outcome.verified)
      }
    }
  }
}
