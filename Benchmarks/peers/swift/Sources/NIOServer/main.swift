import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import PeerContract

// A server on SwiftNIO: a channel per connection, on as many event loops as it is given processors.

struct ServerPlan: Decodable {
  var contract: Int
  var `protocol`: String
  var address: String
  var content: String
  var processors: Int?
}

do {
  try serve(JSONDecoder().decode(ServerPlan.self, from: Data((readLine() ?? "").utf8)))
} catch {
  fail("\(error)")
}

func fail(_ reason: String) -> Never {
  FileHandle.standardError.write(Data("NIOServer: \(reason)\n".utf8))
  exit(1)
}

func serve(_ plan: ServerPlan) throws {
  guard plan.contract == 1 else { fail("contract \(plan.contract) is not known") }
  guard let endpoint = Endpoint(plan.address) else { fail("'\(plan.address)' is no address") }
  let content = try Content(path: plan.content)
  let isHTTP = plan.protocol == "http"
  let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, plan.processors ?? 1))
  let bootstrap = ServerBootstrap(group: group)
    .serverChannelOption(.backlog, value: 4096)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        if isHTTP {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Answerer(content))
        } else {
          try channel.pipeline.syncOperations.addHandler(Echoer())
        }
      }
    }
  let channel =
    switch endpoint {
    case .tcp(let host, let port): try bootstrap.bind(host: host, port: port).wait()
    case .unix(let path): try bootstrap.bind(unixDomainSocketPath: path).wait()
    }
  let place =
    switch endpoint {
    case .tcp(let host, _): "\(host):\(channel.localAddress?.port ?? 0)"
    case .unix: plan.address
    }
  FileHandle.standardOutput.write(Data("listening \(place)\n".utf8))
  while readLine() != nil {}
  exit(0)
}
