import Plan
@testable import Workloads

/// The date of the examples in RFC 9110.
let exampleDate = "Sun, 06 Nov 1994 08:49:37 GMT"
let exampleSeconds: UInt64 = 784_111_777

/// Never refreshed.
nonisolated(unsafe) private let standingDate: UnsafePointer<HTTPDate> = {
  let date = UnsafeMutablePointer<HTTPDate>.allocate(capacity: 1)
  date.initialize(to: HTTPDate(seconds: exampleSeconds))
  return UnsafePointer(date)
}()

func httpServer(peer: String = "127.0.0.1", limits: UnsafePointer<RequestLimits> = RequestLimits.noneShared)
  -> HTTPServer
{
  HTTPServer(peer: peer, date: standingDate, limits: limits)
}

func httpRequest(_ target: String = "/", method: String = "GET", fields: String = "") -> String {
  "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
}

/// A reply without its content.
func httpReply(_ status: String, length: Int, fields: String = "") -> String {
  "HTTP/1.1 \(status)\r\nDate: \(exampleDate)\r\nContent-Type: text/plain\r\nContent-Length: \(length)\(fields)\r\n\r\n"
}

/// A server's need: the status codes that it sends, or what it waits for.
func text(_ need: Need, _ waiting: Waiting) -> String {
  switch need {
  case .send(let bytes):
    "send "
      + String(decoding: bytes, as: UTF8.self).split(separator: "HTTP/1.1 ", omittingEmptySubsequences: true)
      .map { $0.prefix(3) }.joined(separator: " ")
  case .receive: "receive \(waiting)"
  case .finishSending: "finishSending"
  case .abort: "abort"
  case .sleep(let span): "sleep \(span.count)"
  case .file(let request): "\(request)"
  case .compute: "compute"
  case .done(let outcome): outcome.checksum == nil ? "failed" : "done"
  }
}

/// The state of a connection after the pieces.
enum Ending { case ends, expires }

/// The server's needs while it receives the pieces in order; unread bytes are presented again.
func needs(of pieces: [[UInt8]], then ending: Ending? = nil) -> [String] {
  var server = httpServer()
  var needs: [String] = []
  var pieces = pieces.filter { !$0.isEmpty }[...]
  var ending = ending
  var need = server.begin(0)
  while true {
    needs.append(text(need, server.waiting))
    switch need {
    case .send, .finishSending: need = server.sent()
    case .sleep(let span): need = server.woke(0, after: span)
    case .done, .abort, .file, .compute: return needs
    case .receive:
      if let piece = pieces.popFirst() {
        var left: [UInt8] = []
        need = withPassingBytes(piece) { bytes in
          var rest = bytes
          let need = server.received(&rest)
          left = Array(rest)
          return need
        }
        if !left.isEmpty { pieces = [left] + pieces }
      } else if let last = ending {
        ending = nil
        need = last == .ends ? server.ended() : server.expired()
      } else {
        return needs
      }
    }
  }
}

func needs(of text: String..., then ending: Ending? = nil) -> [String] {
  needs(of: text.map { bytes($0) }, then: ending)
}
