import Glibc
import Plan
import Testing

@testable import Workloads

@Suite struct HTTPDateTests {
  private func text(_ seconds: UInt64) -> String {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: HTTPDate.length, alignment: 1)
    defer { bytes.deallocate() }
    HTTPDate.write(seconds, to: bytes.baseAddress!)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (exampleSeconds, exampleDate),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
    (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
  ]) func knownDateIsWritten(seconds: UInt64, date: String) {
    #expect(text(seconds) == date)
  }

  @Test func everyDayOfFourCenturiesIsAsTheCLibraryHasIt() {
    var wrong: [UInt64] = []
    for day in 0..<UInt64(146_097) {
      let seconds = day * 86_400 + Randomness.mix(day) % 86_400
      var time = time_t(seconds)
      var parts = tm()
      gmtime_r(&time, &parts)
      var text = [CChar](repeating: 0, count: 64)
      strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      if self.text(seconds) != String(decoding: text.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self) {
        wrong.append(seconds)
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test func refreshTakesTheSystemsTime() {
    let date = HTTPDate(seconds: 1)
    let before = UInt64(time(nil))
    let rest = date.refresh()
    #expect((before...UInt64(time(nil))).contains(date.seconds))
    #expect((1...1_000_000_000).contains(rest))
  }

  @Test func repliesTellTheTimeOfTheirMaking() {
    let date = UnsafeMutablePointer<HTTPDate>.allocate(capacity: 1)
    date.initialize(to: HTTPDate(seconds: exampleSeconds))
    defer {
      date.deinitialize(count: 1)
      date.deallocate()
    }
    var server = HTTPServer(peer: "a", date: date)
    _ = server.begin(0)
    func dates(_ requests: String) -> [Substring] {
      withPassingBytes(bytes(requests)) { bytes in
        var rest = bytes
        guard case .send(let reply) = server.received(&rest) else { return [] }
        defer { _ = server.sent() }
        return String(decoding: reply, as: UTF8.self).split(separator: "\r\n").filter { $0.hasPrefix("Date: ") }
      }
    }
    let both = httpRequest() + httpRequest("/?size=1")
    #expect(dates(both) == ["Date: \(exampleDate)", "Date: \(exampleDate)"])
    date.pointee.set(seconds: exampleSeconds + 23)
    let later = "Date: Sun, 06 Nov 1994 08:50:00 GMT"
    #expect(dates(httpRequest()) == [Substring(later)])
    #expect(dates(both) == [Substring(later), Substring(later)])
    date.pointee.set(seconds: exampleSeconds)
    #expect(dates(httpRequest("/?size=1")) == ["Date: \(exampleDate)"])
  }
}
