import Records
import Testing

@testable import Reporting

struct TrustTests {
  private func run(_ trials: [TrialRecord]) -> Run {
    var run = TinyRun.run(trials)
    run.record.environment.clientCPUs = [0]
    run.record.environment.serverCPUs = [1, 2]
    return run
  }

  private func trial(hasServer: Bool) -> TrialRecord {
    var trial = TinyRun.trial("epoll")
    trial.server = hasServer ? TinyRun.usage(user: 1, system: 1) : nil
    return trial
  }

  /// Of a target's processors nothing is known, wherever it is.
  @Test(arguments: [OutputFormat.text, .md, .latex, .html])
  func processorsOfAServerAreToldOnlyWhereItIsTheHarnesss(format: OutputFormat) throws {
    let asked = run([trial(hasServer: false), trial(hasServer: false)])
    let own = run([trial(hasServer: false), trial(hasServer: true)])
    #expect(Trust(asked, Summary(asked))?.text.contains("client on 1 processor.") == true)
    #expect(Trust(own, Summary(own))?.text.contains("client on 1 processor, server on 2 processors.") == true)
    func text(_ run: Run) -> String { Report(run).render(format, width: 100, color: false) }
    #expect(!text(asked).contains("server on") && !text(asked).contains("of the server"))
    #expect(text(own).contains("server on"))
  }

  @Test func buildsOtherThanAReleaseAreTold() throws {
    for (configuration, told) in [("release", false), ("debug", true), ("slowed", true)] {
      var run = run([trial(hasServer: true), trial(hasServer: true)])
      run.record.tool.configuration = configuration
      #expect(
        Trust(run, Summary(run))?.text.contains("a \(configuration) build: not for comparison") == told,
        "\(configuration)")
    }
  }

  private func caveat(_ trials: (mode: String, experiment: String, lanes: Int)..., processors: [Int] = [0, 1])
    -> String?
  {
    var run = TinyRun.run(
      trials.map { TinyRun.trial($0.mode, concurrency: $0.lanes, throughput: 1, experiment: $0.experiment) })
    run.record.environment.clientCPUs = processors
    return Caveat(run)?.text
  }

  @Test func dispatchIsHeldAgainstWhatMostCodeUsesWhereItIsNotThere() throws {
    let text = try #require(caveat(("dispatch", "a", 64), ("epoll", "a", 64)))
    #expect(text.contains("starts with 2 threads and gains one per second"))
    #expect(text.contains("the modes dispatch,dispatch-concurrent") && !text.contains("\n"))
    #expect(caveat(("dispatch", "a", 2)) == nil, "as many threads as lanes from the start")
    #expect(caveat(("epoll", "a", 64), ("taskgroup", "a", 64)) == nil)
    #expect(caveat(("dispatch", "a", 64), ("dispatch-concurrent", "a", 64)) == nil)
    #expect(caveat(("dispatch", "a", 64), ("dispatch-concurrent", "b", 64)) != nil, "in another experiment")
    #expect(caveat(("dispatch", "a", 2), processors: [0])?.contains("starts with 1 thread and") == true)
  }
}
