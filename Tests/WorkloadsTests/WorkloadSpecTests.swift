import Foundation
import Measurement
import Plan
import Testing

@testable import Workloads

@Suite struct WorkloadSpecTests {
  private func read(_ text: String) throws -> WorkloadSpec {
    try JSONDecoder().decode(WorkloadSpec.self, from: Data(text.utf8))
  }

  private func written(_ spec: WorkloadSpec) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(spec), as: UTF8.self)
  }

  @Test func workloadHasTheUsualValuesWhereNoneAreGiven() throws {
    #expect(try read(#"{"kind": "sleep"}"#) == .sleep(SleepSpec(duration: .seconds(1))))
    let echo = try read(#"{"kind": "echo"}"#)
    #expect(echo == .echo(EchoSpec()))
    #expect(
      try written(echo)
        == #"{"delay":"0ns","ends":"server","kind":"echo","size":"64B","timeout":"10s","transport":"tcp"}"#)
    let http = try read(#"{"kind": "http"}"#)
    #expect(http == .http(HTTPSpec()))
    #expect(
      try written(http)
        == #"{"body":"","connection":"keep-alive","delay":"0ns","gather":false,"headers":[],"kind":"http","#
        + #""method":"GET","targets":[],"timeout":"10s"}"#)
  }

  static let given: [String] = [
    #"{"kind": "sleep", "duration": "1500us"}"#, #"{"kind": "sleep", "duration": "0"}"#,
    #"{"kind": "echo", "transport": "unix", "size": "1MiB", "delay": "lognormal:2ms:0.5", "ends": "both"}"#,
    #"{"kind": "echo", "size": "16", "timeout": "0"}"#,
    #"{"kind": "http", "delay": "2ms", "size": "0B", "connection": "new", "gather": true}"#,
    #"{"kind": "http", "method": "POST", "headers": ["Accept: */*", "X:"], "body": "é", "timeout": "1min"}"#,
    #"{"kind": "http", "targets": ["http://127.0.0.1:8080/{i}", "http://[::1]"]}"#,
    #"{"kind": "serve"}"#, #"{"kind": "serve", "protocol": "http", "delay": "2ms", "connection": "new"}"#,
    #"{"kind": "serve", "protocol": "echo", "transport": "unix", "size": "1KiB"}"#,
    #"{"kind": "http", "faults": {"reset": 0.01, "truncate": 0.01, "stall": 0.005, "garbage": 0.01, "drip": 0.01}}"#,
    #"{"kind": "echo", "faults": {"drip": 1}, "transport": "unix"}"#,
    #"{"kind": "serve", "faults": {"garbage": 0.5}}"#,
    #"{"kind": "http", "headers": ["Host: {i}.example.com:81"], "max_head": "1MiB", "max_fields": 2000, "lenient": true}"#,
    #"{"kind": "compute", "headers": ["host:"], "max_head": "16KiB"}"#, #"{"kind": "serve", "lenient": true}"#,
  ]

  @Test(arguments: given) func workloadRoundTrips(_ text: String) throws {
    let spec = try read(text)
    #expect(try read(written(spec)) == spec)
  }

  @Test func fieldsAreReadWhereTheyAreGiven() throws {
    var echo = EchoSpec()
    echo.transport = .unix
    echo.size = ByteCount(1 << 20)
    echo.delay = .lognormal(median: .milliseconds(2), sigma: 0.5)
    echo.ends = .both
    #expect(try read(Self.given[2]) == .echo(echo))
    var http = HTTPSpec()
    http.delay = .fixed(.milliseconds(2))
    http.size = ByteCount(0)
    http.connection = .new
    http.gather = true
    #expect(try read(Self.given[4]) == .http(http))
  }

  static let wrong: [(text: String, field: String, complaint: String)] = [
    (
      #"{"kind": "slep"}"#, "kind",
      "'slep' is not a workload; did you mean 'sleep'?; there are sleep, echo, http, file, compute, serve"
    ),
    (#"{"kind": "sleep", "size": "1B"}"#, "size", "is not a field; there are kind, duration"),
    (
      #"{"kind": "echo", "duration": "1s"}"#, "duration",
      "is not a field; there are kind, transport, size, delay, ends, timeout, faults"
    ),
    (
      #"{"kind": "http", "url": "http://a/"}"#, "url",
      "is not a field; there are kind, method, headers, body, targets, connection, size, max_head, max_fields, "
        + "lenient, delay, timeout, faults, gather"
    ),
    (#"{"kind": "sleep", "duration": "1 s"}"#, "duration", #"'1 s' is not a quantity such as "250ms""#),
    (
      #"{"kind": "echo", "size": "15B"}"#, "size",
      "is outside 16B (the size of a message's header) … 4GiB"
    ),
    (
      #"{"kind": "echo", "size": "4GiB"}"#, "size",
      "is outside 16B (the size of a message's header) … 4GiB"
    ),
    (
      #"{"kind": "echo", "delay": "soon"}"#, "delay",
      #"'soon' is not a delay such as "2ms", "exponential:2ms" or "lognormal:2ms:0.5""#
    ),
    (#"{"kind": "http", "method": "GE T"}"#, "method", "'GE T' is not an HTTP method"),
    (#"{"kind": "http", "method": ""}"#, "method", "'' is not an HTTP method"),
    (#"{"kind": "http", "method": "CONNECT"}"#, "method", "CONNECT opens a tunnel, which is not an operation"),
    (
      #"{"kind": "http", "headers": ["Accept */*"]}"#, "headers",
      "'Accept */*' is not a header line such as 'Accept: */*'"
    ),
    (
      #"{"kind": "http", "headers": ["A: b\r\nC: d"]}"#, "headers",
      "'A: b\r\nC: d' is not a header line such as 'Accept: */*'"
    ),
    (
      #"{"kind": "http", "headers": ["Host: a b"]}"#, "headers",
      "'Host: a b' names no host, such as 'Host: example.com:8080'; names that are not ASCII have the form xn--…"
    ),
    (
      #"{"kind": "http", "headers": ["host:bücher.example"]}"#, "headers",
      "'host:bücher.example' names no host, such as 'Host: example.com:8080'; names that are not ASCII have the form xn--…"
    ),
    (
      #"{"kind": "http", "headers": ["Host: a", "X: y", "HOST: a"]}"#, "headers",
      "have 'Host' twice; a request has one"
    ),
    (#"{"kind": "http", "max_head": "1023B"}"#, "max_head", "1023B is outside 1KiB … 16MiB"),
    (#"{"kind": "http", "max_head": "17MiB"}"#, "max_head", "17MiB is outside 1KiB … 16MiB"),
    (
      #"{"kind": "http", "max_fields": 0}"#, "max_fields", "0 is not a number of fields; it must be from 1 to 10000"
    ),
    (
      #"{"kind": "compute", "max_fields": 10001}"#, "max_fields",
      "10001 is not a number of fields; it must be from 1 to 10000"
    ),
    (#"{"kind": "http", "headers": ["CONNECTION: a"]}"#, "headers", "'connection' is set by the client itself"),
    (#"{"kind": "http", "body": "x"}"#, "body", "goes with a method such as POST"),
    (#"{"kind": "http", "method": "HEAD", "body": "x"}"#, "body", "goes with a method such as POST"),
    (
      #"{"kind": "http", "targets": ["http://a/"], "delay": "1ms"}"#, "targets",
      "cannot be combined with delay or size, which only the built-in server understands"
    ),
    (#"{"kind": "http", "size": "1073741825B"}"#, "size", "is over 1GiB"),
    (#"{"kind": "serve", "protocol": "ftp"}"#, "protocol", "'ftp' is not one of http, echo"),
    (#"{"kind": "serve", "targets": ["http://a/"]}"#, "targets", "do not apply: the mode under test is the server"),
    (#"{"kind": "serve", "gather": true}"#, "gather", "goes with the workload http"),
    (
      #"{"kind": "serve", "protocol": "echo", "ends": "both"}"#, "ends", "must be server with the workload serve"
    ),
    (
      #"{"kind": "serve", "protocol": "echo", "method": "GET"}"#, "method",
      "is not a field; there are kind, protocol, transport, size, delay, ends, timeout, faults"
    ),
    (
      #"{"kind": "http", "faults": {"crash": 0.1}}"#, "faults",
      "is not a field; there are reset, truncate, stall, garbage, drip"
    ),
    (#"{"kind": "http", "faults": {"reset": 2}}"#, "faults", "2.0 is not a rate per operation, from 0 to 1"),
    (
      #"{"kind": "echo", "faults": {"reset": 0.75, "stall": 0.5}}"#, "faults",
      "adds up to 1.25; the sum must be at most 1, as an operation meets at most one fault"
    ),
    (
      #"{"kind": "http", "faults": {"reset": 0.1}, "targets": ["http://a/"]}"#, "faults",
      "cannot be combined with targets; only the built-in server understands them"
    ),
    (
      #"{"kind": "echo", "faults": {"drip": 0.1}, "ends": "both"}"#, "faults",
      "need the built-in server; use ends server"
    ),
    (
      #"{"kind": "echo", "faults": {"reset": 0.1}, "transport": "unix"}"#, "faults",
      "have a reset, which UNIX sockets do not have; use tcp"
    ),
    (
      #"{"kind": "http", "faults": {"stall": 0.1}, "timeout": "0"}"#, "faults",
      "have a stall, which only a timeout ends; give a timeout above 0"
    ),
    (#"{"kind": "http", "targets": ["a"]}"#, "targets", "'a' is not http://HOST[:PORT][/PATH]"),
  ]

  @Test(arguments: wrong)
  func workloadIsRefusedWhereAFieldIsWrong(_ text: String, field: String, complaint: String) {
    let failure = #expect(throws: DecodingError.self) { try read(text) }
    guard case .dataCorrupted(let context) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(context.codingPath.first?.stringValue == field)
    #expect(context.debugDescription == complaint)
  }

  @Test func repliesAreReadStrictlyUnlessASpecAsksForMore() throws {
    #expect(HTTPSpec().rules == .client && HTTPReader.Rules.client.isLenient == false)
    #expect(try read(#"{"kind": "http", "lenient": false}"#) == .http(HTTPSpec()))
    let spec = try JSONDecoder().decode(
      HTTPSpec.self, from: Data(#"{"max_head": "1MiB", "max_fields": 2000, "lenient": true}"#.utf8))
    #expect(spec.rules == HTTPReader.Rules(line: 1 << 20, head: 1 << 20, fields: 2000, isLenient: true))
    for kind in ["http", "compute", "serve"] {
      #expect(try read(#"{"kind": "\#(kind)", "lenient": true}"#).isLenient)
      #expect(try !read(#"{"kind": "\#(kind)"}"#).isLenient)
    }
  }

  @Test func specTellsWhatATrialNeeds() throws {
    let sleep = try read(#"{"kind": "sleep", "duration": "3ms"}"#)
    #expect(sleep.leastDuration == .milliseconds(3) && sleep.timeout == .zero)
    #expect(sleep.descriptorsPerLane == 0 && !sleep.needsServer)
    let pair = try read(#"{"kind": "echo", "ends": "both", "delay": "2ms", "timeout": "5s"}"#)
    #expect(pair.leastDuration == .milliseconds(2) && pair.timeout == .seconds(5))
    #expect(pair.descriptorsPerLane == 2 && !pair.needsServer)
    let serving = try read(#"{"kind": "serve", "protocol": "echo", "delay": "2ms", "timeout": "5s"}"#)
    #expect(serving.leastDuration == .milliseconds(2) && serving.timeout == .seconds(5))
    #expect(serving.descriptorsPerLane == 1 && serving.needsServer && serving.isServe)
    #expect(serving.asked == (try read(#"{"kind": "echo", "delay": "2ms", "timeout": "5s"}"#)))
    #expect(pair.asked == pair && !pair.isServe)
    let own = try read(#"{"kind": "http", "delay": "exponential:2ms"}"#)
    #expect(own.leastDuration == .milliseconds(2) && own.descriptorsPerLane == 1 && own.needsServer)
    let stalled = try read(#"{"kind": "http", "delay": "2ms", "timeout": "1s", "faults": {"stall": 0.25}}"#)
    #expect(stalled.leastDuration == .milliseconds(252) && stalled.faults?.stall == 0.25)
    #expect(try read(#"{"kind": "http", "faults": {"reset": 0}}"#) == .http(HTTPSpec()))
    let target = try read(#"{"kind": "http", "targets": ["http://a/"]}"#)
    #expect(target.leastDuration == .zero && !target.needsServer)
  }
}
