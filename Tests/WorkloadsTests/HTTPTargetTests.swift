import Foundation
import Plan
import SystemCalls
import Testing

@testable import Workloads

@Suite struct HTTPTargetTests {
  @Test(arguments: [
    ("http://a", "a", 80, "/", "a"), ("http://a/", "a", 80, "/", "a"), ("http://a:81", "a", 81, "/", "a:81"),
    ("http://127.0.0.1:8080/x/y?z=1", "127.0.0.1", 8080, "/x/y?z=1", "127.0.0.1:8080"),
    ("http://[::1]:8080/", "::1", 8080, "/", "[::1]:8080"), ("http://[::1]", "::1", 80, "/", "[::1]"),
    ("http://a?b", "a", 80, "/?b", "a"), ("http://a/b#c", "a", 80, "/b", "a"), ("http://a#c", "a", 80, "/", "a"),
    ("http://a:65535/{i}?{i}", "a", 65_535, "/{i}?{i}", "a:65535"), ("http://a:80/", "a", 80, "/", "a"),
    ("HTTP://a/", "a", 80, "/", "a"), ("hTTp://a:81", "a", 81, "/", "a:81"), ("http://a:", "a", 80, "/", "a"),
    ("http://a:/x", "a", 80, "/x", "a"), ("http://[::1]:?y", "::1", 80, "/?y", "[::1]"),
    ("http://xn--bcher-kva.example/", "xn--bcher-kva.example", 80, "/", "xn--bcher-kva.example"),
    ("http://a/x://y@z", "a", 80, "/x://y@z", "a"),
    ("http://my_host.local/", "my_host.local", 80, "/", "my_host.local"),
  ]) func targetReadsAndRoundTrips(text: String, host: String, port: UInt16, path: String, authority: String) throws {
    let target = try HTTPTarget(parsing: text)
    #expect(target.host == host && target.port == port && target.path == path && target.zone == nil)
    #expect(target.authority == authority && target.resolvable == host)
    #expect(target.description == "http://\(authority)\(path)")
    #expect(try HTTPTarget(parsing: target.description) == target)
    #expect(try JSONDecoder().decode(HTTPTarget.self, from: JSONEncoder().encode(target)) == target)
  }

  /// The zone says by which interface an address is reached, and is no part of Host.
  @Test(arguments: [
    ("http://[fe80::1%25lo]/", "lo", "[fe80::1]", "fe80::1%lo"),
    ("http://[fe80::1%25eth0]:8080/x", "eth0", "[fe80::1]:8080", "fe80::1%eth0"),
    ("http://[fe80::1%251]/", "1", "[fe80::1]", "fe80::1%1"),
    ("http://[fe80::1%25a%2Fb]/", "a/b", "[fe80::1]", "fe80::1%a/b"),
  ]) func zoneIsResolvedAndNotSent(text: String, zone: String, authority: String, resolvable: String) throws {
    let target = try HTTPTarget(parsing: text)
    #expect(target.host == "fe80::1" && target.zone == zone)
    #expect(target.authority == authority && target.resolvable == resolvable)
    #expect(target.description == text)
    #expect(try HTTPTarget(parsing: target.description) == target)
  }

  @Test func zoneReachesTheInterface() throws {
    let target = try HTTPTarget(parsing: "http://[fe80::1%25lo]:81/")
    let address = try #require(try SocketAddress.all(host: target.resolvable, port: target.port).first)
    #expect(address.description == "[fe80::1%lo]:81")
    #expect(try SocketAddress(parsing: address.description).description == address.description)
  }

  static let port = "the port is not a number from 1 to 65535"
  static let path = "the path has characters that must be percent-encoded"
  static let zone = "write the zone of an IPv6 address after %25, as in [fe80::1%25eth0]"
  static let user =
    "user information is not sent from a URL (RFC 9110, section 4.2.4); give it as "
    + "a header 'Authorization: Basic …', with what `printf USER:PASSWORD | base64` prints"
  static let https =
    "https is not supported, because TLS would dominate the measurement; give an http:// address, or "
    + "put a proxy that terminates TLS in front of it"

  @Test(arguments: [
    ("a", "'a' is not http://HOST[:PORT][/PATH]"), ("", "'' is not http://HOST[:PORT][/PATH]"),
    ("ftp://a/", "'ftp://a/' is not http://HOST[:PORT][/PATH]"), ("http://a:0/", "'http://a:0/': \(port)"),
    ("://a/", "'://a/' is not http://HOST[:PORT][/PATH]"), ("http:/a/", "'http:/a/' is not http://HOST[:PORT][/PATH]"),
    ("http://a:65536", "'http://a:65536': \(port)"), ("http://a:x/", "'http://a:x/': \(port)"),
    ("http://a:+1/", "'http://a:+1/': \(port)"), ("http://[::1]80/", "'http://[::1]80/': \(port)"),
    ("http://a:1:2/", "'http://a:1:2/': \(port)"), ("http://a/b c", "'http://a/b c': \(path)"),
    ("http://a/é", "'http://a/é': \(path)"), ("http://a/\r\nX: y", "'http://a/\r\nX: y': \(path)"),
    ("http://", "'http://' names no host"), ("http:///x", "'http:///x' names no host"),
    ("http://:80/", "'http://:80/' names no host"), ("http://u@a/", "'http://u@a/': \(user)"),
    ("http://u:p@[::1]:80/", "'http://u:p@[::1]:80/': \(user)"), ("https://a/", "'https://a/': \(https)"),
    ("HTTPS://a/", "'HTTPS://a/': \(https)"),
    (
      "http://bücher.example/",
      "'http://bücher.example/': the host is not ASCII; write it as DNS has it, xn--…, which `idn2 bücher.example` prints"
    ),
    ("http://a b/", "'http://a b/': the host has a character that is not allowed in a host name"),
    ("http://a%20b/", "'http://a%20b/': the host has a character that is not allowed in a host name"),
    ("http://::1/", "'http://::1/': write an IPv6 address in brackets: http://[::1]/"),
    ("http://[::1/", "'http://[::1/': the IPv6 address that begins with '[' has no ']'"),
    ("http://[a]/", "'http://[a]/': 'a' in brackets is no IPv6 address, such as [::1]"),
    ("http://[::1\0]/", "'http://[::1\0]/': '::1\0' in brackets is no IPv6 address, such as [::1]"),
    ("http://[]/", "'http://[]/': '' in brackets is no IPv6 address, such as [::1]"),
    ("http://[fe80::1%lo]/", "'http://[fe80::1%lo]/': \(zone)"),
    ("http://[fe80::1%25]/", "'http://[fe80::1%25]/': \(zone)"),
    ("http://[fe80::1%25%2]/", "'http://[fe80::1%25%2]/': \(zone)"),
    ("http://[fe80::1%25%00]/", "'http://[fe80::1%25%00]/': \(zone)"),
  ]) func targetIsRefusedWithWhatWouldBeRight(text: String, complaint: String) {
    let failure = #expect(throws: HTTPTarget.Malformed.self) { try HTTPTarget(parsing: text) }
    #expect(failure?.description == complaint)
  }
}
