import Foundation
import Glibc
import Measurement
import Records
import SystemCalls

/// What a host tells of itself.
struct HostFacts: Codable, Sendable {
  var environment: Records.Environment
  /// The SHA-256 of this program's file.
  var build: String
  /// Of the kernel that runs there; two hosts with the same one are one machine.
  var boot: String?
  /// Where others may reach it: its addresses, without those of loopback and of links.
  var addresses: [String]
  /// The path of this program there, and the bytes of memory available; nil in builds that did not tell.
  var program: String?
  var availableMemory: UInt64?

  static func ofThisMachine() throws(HarnessFailure) -> HostFacts {
    var environment = MachineFacts.environment(try Processors.current())
    (environment.clientCPUs, environment.serverCPUs) = (nil, nil)
    return HostFacts(
      environment: environment, build: try build(), boot: MachineFacts.line("/proc/sys/kernel/random/boot_id"),
      addresses: NetworkInterfaces.addresses, program: TrialRunner.program,
      availableMemory: MachineFacts.memory("MemAvailable:"))
  }

  static func build() throws(HarnessFailure) -> String {
    let data = try Self.program()
    var hash = SHA256()
    data.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  /// The bytes of this program's file.
  static func program() throws(HarnessFailure) -> Data {
    guard let data = FileManager.default.contents(atPath: "/proc/self/exe") else {
      throw HarnessFailure("cannot read this program's file (/proc/self/exe)")
    }
    return data
  }
}

/// How long it takes to connect to an address.
struct HostReach: Codable {
  /// The least of several times, in nanoseconds: a round trip of the network.
  var roundTrip: UInt64
}

/// A child that tells who its host is, and how it reaches others.
enum HostInquiry {
  private static let connections = 5
  /// Milliseconds for a connection.
  private static let patience: Int32 = 3000

  /// Answers until the input ends.
  static func answer() -> Never {
    ProcessControl.ignoreBrokenPipes()
    do throws(HarnessFailure) {
      Children.answer(try HostFacts.ofThisMachine())
    } catch {
      Children.answer(ChildFailure(error: error.description))
    }
    var listeners: [Socket] = []
    var silence = Lease.term
    while let line = Children.readInput(within: silence) {
      switch HostOrder(line) {
      case .clock: Children.say("\(MonotonicClock.now.nanoseconds)".utf8)
      case .listen(let address):
        do {
          let listener = try Socket.listen(on: SocketAddress(host: address, port: 0))
          listeners.append(listener)
          Children.answer(ServerGreeting(address: try listener.localAddress().description))
        } catch {
          Children.answer(ChildFailure(error: "cannot listen on \(address): \(error)"))
        }
      case .reach(let address):
        do {
          Children.answer(HostReach(roundTrip: try roundTrip(to: SocketAddress(parsing: address))))
        } catch {
          Children.answer(ChildFailure(error: "\(error)"))
        }
      case .lease: Children.say(HostOrder.held.utf8)
      case .keep: silence = HostCopies.term
      case .leave: _exit(0)
      case .doctor:
        do throws(HarnessFailure) {
          Children.answer(try Doctor.ofThisMachine(as: .oneSide).findings)
        } catch {
          Children.answer(ChildFailure(error: error.description))
        }
      default: Children.answer(ChildFailure(error: "'\(line)' is no order"))
      }
    }
    _exit(0)
  }

  private static func roundTrip(to address: SocketAddress) throws(Errno) -> UInt64 {
    var least = UInt64.max
    for _ in 0..<connections {
      let socket = try Socket.open(family: address.family, blocking: false)
      defer { socket.close() }
      let begun = MonotonicClock.now
      if case .inProgress = try socket.connect(to: address) { try socket.awaitConnection(timeout: patience) }
      least = min(least, MonotonicClock.now.since(begun).count)
    }
    return least
  }
}
