import Testing

@testable import Harness

struct ContenderTests {
  @Test func formsAreRead() throws {
    let plain = try Contender(parsing: "nginx=http://127.0.0.1:8080/a?b=c")
    #expect(plain.id.rawValue == "nginx" && plain.url.port == 8080 && plain.url.path == "/a?b=c")
    #expect(plain.process == nil && plain.command == nil)
    #expect(try Contender(parsing: "nginx=http://127.0.0.1:8080/,pid=1").process == 1)
    let started = try Contender(parsing: "caddy=http://127.0.0.1/,run=caddy run --config a=b,c")
    #expect(started.command == "caddy run --config a=b,c" && started.peer.unavailability == nil)
    #expect(started.peer.description().peer?.url == "http://127.0.0.1/")
  }

  @Test(arguments: [
    ("nginx", "is not NAME=URL"), ("Nginx=http://127.0.0.1/", "is not NAME=URL"),
    ("epoll=http://127.0.0.1/", "has the name of a built-in mode"),
    ("caddy=caddy run", "has no valid URL"), ("a=http://127.0.0.1/,pid=x", "names the process 'x'"),
    ("a=http://127.0.0.1/,run=", "is not NAME=URL"), ("a=http://127.0.0.1/,port=1", "is not NAME=URL"),
  ])
  func faultIsToldInOneLine(_ text: String, _ complaint: String) {
    let error = #expect(throws: HarnessFailure.self) { try Contender(parsing: text) }
    #expect(error?.description.contains("'\(text)' \(complaint)") == true, "\(error?.description ?? "")")
  }
}
