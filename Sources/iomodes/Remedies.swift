import Plan

extension Remedy {
  /// In words, with the flags.
  var words: String {
    switch self {
    case .otherOutput: "name another --output"
    case .otherOutputOrResuming: "name another --output, or go on with --resume"
    case .spaceAndResuming(let folder): "make space, then run `iomodes run --resume \(folder)`"
    case .hostAndResuming(let folder):
      "see that the launcher starts this program there again, then run `iomodes run --resume \(folder)`"
    case .otherFileFolder: "name another --file-dir"
    case .otherTarget: "start the server, or name another --target"
    case .otherAddress: "name another --port, --bind or --unix"
    case .serverAddress(let host): "name one with --server-host \(host)=ADDRESS"
    case .otherLauncher: "install it, or name another --launch"
    case .copies: "or have it copied there for the run with --copy"
    case .staticBuild:
      "build a program that needs no Swift there, with `swift build -c release --static-swift-stdlib`, and use it here"
    case .loadHosts: "name them with --hosts, after the server's"
    case .observer: "name one with --observer, beside --hosts"
    case .peerFolder: "name its folder (--peer PATH)"
    case .contender(let server): "name it again (--serve \(server))"
    case .comparingOrMixing: "compare the runs, or merge them all the same with --allow-differences"
    case .newMacros(let run, let prefix):
      "generate it again with `iomodes cite \(run) --macros\(prefix.map { " --prefix \($0)" } ?? "")`"
    case .otherPrefix: "`iomodes cite --macros --prefix` keeps runs apart"
    case .audits: "`iomodes run --audit` records them"
    case .primitives(let folder): "measure them with `iomodes primitives --output \(folder)`"
    }
  }

  /// A failure in one line, with its remedy.
  static func line(_ error: any Error) -> String {
    let remedy = (error as? any RemediableFailure)?.remedy
    return "\(error)\(remedy.map { "; \($0.words)" } ?? "")"
  }
}
