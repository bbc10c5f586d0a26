import Foundation
import Records

extension PrimitivesRecord: FolderRecord {
  /// - Parameter started: the time when the first round began, in UTC.
  public init(_ primitives: [Entry], rounds: Int, started: Date, processors: Processors) {
    self.init(
      started: ISO8601DateFormatter().string(from: started), tool: MachineFacts.tool,
      machine: MachineFacts.environment(processors), rounds: rounds, primitives: primitives)
  }
}
