import Glibc
import SystemCalls
import Testing

@Suite struct SocketAddressTests {
  @Test(arguments: [
    ("127.0.0.1:80", AF_INET, "127.0.0.1", UInt16(80), true), ("0.0.0.0:0", AF_INET, "0.0.0.0", 0, false),
    ("10.1.2.3:65535", AF_INET, "10.1.2.3", 65_535, false), ("[::1]:8080", AF_INET6, "::1", 8080, true),
    ("[2001:db8::1]:443", AF_INET6, "2001:db8::1", 443, false),
    ("unix:/tmp/a socket", AF_UNIX, "/tmp/a socket", 0, true), ("unix:relative", AF_UNIX, "relative", 0, true),
  ]) func addressReadsAndRoundTrips(text: String, family: Int32, host: String, port: UInt16, isLoopback: Bool) throws {
    let address = try SocketAddress(parsing: text)
    #expect(address.family == family && address.isUNIX == (family == AF_UNIX))
    #expect(address.host == host && address.port == port && address.isLoopback == isLoopback)
    #expect(address.description == text)
    #expect(try SocketAddress(parsing: address.description).description == text)
  }

  @Test(arguments: ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", ":80", "[]:80"])
  func textThatIsNoAddressIsRefusedWithTheForms(text: String) {
    let failure = #expect(throws: SocketAddress.Failure.self) { try SocketAddress(parsing: text) }
    #expect(failure?.description == "'\(text)' is not an address; write HOST:PORT, [IPV6]:PORT or unix:/PATH")
  }

  @Test func hostThatDoesNotResolveIsNamed() {
    let failure = #expect(throws: SocketAddress.Failure.self) { try SocketAddress(host: "no host", port: 80) }
    #expect(failure?.description.hasPrefix("cannot resolve host 'no host' (") == true)
  }

  @Test func pathIsRefusedWhereItIsLongerThanASocketAddressHolds() throws {
    let longest = "/" + String(repeating: "x", count: 106)
    #expect(try SocketAddress(unixPath: longest).host == longest)
    let failure = #expect(throws: SocketAddress.Failure.self) { try SocketAddress(unixPath: longest + "y") }
    #expect(
      failure?.description == "socket path '\(longest)y' is longer than the 107 bytes that sockaddr_un holds")
  }

  @Test func everyAddressOfAHostHasThePort() throws {
    let addresses = try SocketAddress.all(host: "localhost", port: 81)
    #expect(!addresses.isEmpty)
    #expect(addresses.allSatisfy { $0.port == 81 && $0.isLoopback })
  }
}

@Suite struct ErrnoTests {
  @Test(arguments: [
    (EPERM, "EPERM"), (ECONNRESET, "ECONNRESET"), (ECONNREFUSED, "ECONNREFUSED"), (EPIPE, "EPIPE"),
    (ETIMEDOUT, "ETIMEDOUT"), (EMFILE, "EMFILE"), (EADDRNOTAVAIL, "EADDRNOTAVAIL"), (9999, "errno-9999"),
  ]) func symbolIsTheNameInTheHeaders(number: Int32, symbol: String) {
    #expect(Errno(number).symbol == symbol)
  }

  @Test func descriptionIsWhatTheLibrarySays() {
    #expect(Errno(ENOENT).description == "No such file or directory")
  }
}
