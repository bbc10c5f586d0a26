/// Wrong command lines of `iomodes serve`.
extension BadInputTests {
  static let serving: [Case] = [
    Case(
      name: "unknown protocol", arguments: ["serve", "--protocol", "gopher"],
      complaint: "protocol 'gopher' is not one of http, echo"),
    Case(
      name: "port that is none", arguments: ["serve", "--port", "65536"],
      complaint: "--port '65536' is not a port from 0 to 65535"),
    Case(
      name: "UNIX socket with a port", arguments: ["serve", "--unix", "socket", "--port", "80"],
      complaint: "--unix excludes --bind and --port"),
    Case(
      name: "mode that cannot serve", arguments: ["serve", "--mode", "null"],
      complaint: "mode null has no network; name another mode"),
    Case(
      name: "a peer as the server", arguments: ["serve", "--mode", "python-threads"],
      complaint: "mode python-threads is a peer with a server program of its own; name another mode"),
    Case(
      name: "room for no connection", arguments: ["serve", "--connections", "0"],
      complaint: "--connections '0' is not a number of connections, from 1 to 1048576"),
    Case(
      name: "time limit that is none", arguments: ["serve", "--idle-timeout", "6O"],
      complaint: "--idle-timeout '6O' is not a time such as 60s, or 0"),
    Case(
      name: "time limit on writing that is none", arguments: ["serve", "--write-timeout", "3O"],
      complaint: "--write-timeout '3O' is not a time such as 60s, or 0"),
    Case(
      name: "longest delay that is none", arguments: ["serve", "--max-delay", "long"],
      complaint: "--max-delay 'long' is not a time such as 60s, or 0"),
    Case(
      name: "largest size that is none", arguments: ["serve", "--max-size", "-1"],
      complaint: "--max-size '-1' is not a size such as 16MiB, or 0"),
    Case(
      name: "share of an address that is none", arguments: ["serve", "--per-address", "some"],
      complaint: "--per-address 'some' is not a number of connections, from 0 to 1048576"),
  ]
}
