import Glibc

/// The channel on which a client, or the harness for it, tells a server that the window opens or closes.
enum ControlChannel {
  /// Tells all servers, and waits until each has read its counters, at most one second: poll(2).
  static func tell(_ edge: StaticString, over channels: [Int32]) {
    for channel in channels { _ = write(channel, edge.utf8Start, edge.utf8CodeUnitCount) }
    for channel in channels {
      var entry = pollfd(fd: channel, events: Int16(POLLIN), revents: 0)
      var answer: UInt8 = 0
      if poll(&entry, 1, 1000) > 0 { _ = read(channel, &answer, 1) }
    }
  }
}
