// The technique of the `taskgroup` mode without the mode: a reactor thread, Swift's default executor, and one atomic
// word per descriptor. No lanes, no records, no clock.
//
//   pingpong http HOST PORT CONNECTIONS OPERATIONS
//   pingpong echo HOST PORT CONNECTIONS OPERATIONS
//   pingpong pairs CONNECTIONS OPERATIONS             (echo with both ends in this process)
import Dispatch
import Glibc
import Synchronization

let words = Array(CommandLine.arguments.dropFirst())
let kind = words.first ?? ""
let isPairs = kind == "pairs"
let numbers = words.dropFirst(isPairs ? 1 : 3).compactMap { Int($0) }
guard ["http", "echo", "pairs"].contains(kind), numbers.count == 2, numbers.allSatisfy({ $0 > 0 }),
  isPairs || UInt16(words[2]) != nil
else {
  let text = "usage: pingpong (http|echo) HOST PORT CONNECTIONS OPERATIONS | pingpong pairs CONNECTIONS OPERATIONS\n"
  write(STDERR_FILENO, text, text.utf8.count)
  exit(2)
}
let (connections, operations) = (numbers[0], numbers[1])
let sockets =
  isPairs
  ? Sockets.pairs(connections)
  : (0..<connections).map { _ in Sockets.connected(to: Sockets.address(words[1], UInt16(words[2])!)) }

func span(_ time: timeval) -> Int { time.tv_sec * 1_000_000_000 + Int(time.tv_usec) * 1000 }

func usage() -> rusage {
  var usage = rusage()
  getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
  return usage
}

let run = Run(operations: operations)
let message = kind == "http" ? Message.request(to: "\(words[1]):\(words[2])") : Message.echo(size: 64)
let finished = DispatchSemaphore(value: 0)
let before = usage()
let opened = ContinuousClock.now
let reactor = Reactor(sockets: sockets)
Task.detached { [kind, sockets, run, message, reactor, finished] in
  await withDiscardingTaskGroup { group in
    for (index, socket) in sockets.enumerated() {
      group.addTask {
        switch kind {
        case "http": await Tasks.http(socket, index, reactor, run, request: message)
        case "pairs" where index % 2 == 1: await Tasks.answer(socket, index, reactor, run)
        default: await Tasks.echo(socket, index, reactor, run, message: message)
        }
      }
    }
  }
  finished.signal()
}
finished.wait()
let wall = ContinuousClock.now - opened
let after = usage()

let wallNanoseconds = Int(wall.components.seconds) * 1_000_000_000 + Int(wall.components.attoseconds / 1_000_000_000)
print(
  """
  {"operations": \(operations), "wall_ns": \(wallNanoseconds), \
  "cpu_user_ns": \(span(after.ru_utime) - span(before.ru_utime)), \
  "cpu_system_ns": \(span(after.ru_stime) - span(before.ru_stime)), \
  "syscalls": {"send": \(run.sends.load(ordering: .relaxed)), "recv": \(run.receives.load(ordering: .relaxed)), \
  "epoll_wait": \(reactor.waits.load(ordering: .relaxed))}}
  """)
