import Measurement
import Records

extension Summary.Point {
  /// `255 of 10,000`; nil if not counted.
  var servedText: String? {
    lanesServed.map { "\(NumberText.grouped($0)) of \(NumberText.grouped(concurrency))" }
  }

  /// The number of due operations without an end, if it affects percentiles.
  var unansweredText: String? {
    guard due > 0, missing >= max(2, due / 100) else { return nil }
    let age = oldestUnanswered.map { ", the oldest for \(NumberText.span(nanoseconds: Double($0)))" } ?? ""
    return
      "\(NumberText.grouped(unanswered)) of \(NumberText.grouped(due)) due operations unanswered at the window's end\(age); "
      + "percentiles count them as longer than all others"
  }
}

extension Summary.Point {
  /// How connections were replaced; nil if they lasted.
  var reconnectedText: String? {
    let times = NumberText.grouped(reconnected)
    if reconnectedShare >= 0.5 {
      return "the server announced keep-alive but closed connections: "
        + "\(times) new ones, \(NumberText.brief(reconnectedShare)) per operation, included in its time"
    }
    if reconnected > 0 {
      return
        "the server closed idle connections: \(times) new ones, each included in the time of the operation that found it closed"
    }
    guard keepsConnections, let connectionsOpened, connectionsOpened / 2 > connectionsKept, failedOtherwise.isEmpty,
      failedAsAsked.isEmpty
    else { return nil }
    return "\(NumberText.grouped(connectionsOpened)) connections opened, although each lane keeps its own"
  }
}

extension TrialRecord {
  /// The number of connections if none is ever replaced: one per host and port, including those of bystanders.
  var connectionsKept: UInt64 {
    let all = [concurrency, bystanders?.lanes.count ?? 0].map { UInt64(clamping: $0) }.saturatingSum
    return all.multipliedSaturating(by: UInt64(max(1, spec?.http?.addresses ?? 1)))
  }
}

extension [Summary.Point] {
  /// One note per mode whose latencies cover only some of the lanes.
  var servedNotes: [Summary.MeasuredExperiment.Note] {
    var names: [String] = []
    for point in self where !point.servesAll && !names.contains(point.name) { names.append(point.name) }
    return names.map { name in
      let points = filter { !$0.servesAll && $0.name == name }
      var texts: [String] = []
      for text in points.compactMap(\.servedText) where !texts.contains(text) { texts.append(text) }
      let last = texts.removeLast()
      let list = texts.isEmpty ? last : "\(texts.joined(separator: ", ")) and \(last)"
      let what = points[0].side == "server" ? "connections" : "lanes"
      let place = texts.isEmpty ? points[0].place : name
      return .init(
        text: "\(place): served \(list) \(what); its latencies cover only those and are not compared with others",
        isWarning: false)
    }
  }
}

extension GnuplotData {
  /// The modes that served only some lanes, which figures of latency mark; empty if there are none.
  static func servedRemark(_ points: [Summary.Point]) -> [(String, String)] {
    let partly = points.filter { !$0.servesAll }.compactMap { point in
      point.servedText.map { "\(Block.word(point.name))=\($0.replacing(" of ", with: "/"))" }
    }
    return partly.isEmpty ? [] : [("served in part", partly.joined(separator: " "))]
  }
}
