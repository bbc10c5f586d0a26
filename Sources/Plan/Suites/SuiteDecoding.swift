import Foundation

extension Suite {
  /// Why a text is not a suite: the place, the error, and the remedy.
  public struct Malformed: Error, CustomStringConvertible {
    public let description: String

    package init(_ description: String) { self.description = description }
  }

  /// Reads a suite's file.
  public init(decoding data: Data) throws(Malformed) {
    do {
      self = try JSONDecoder().decode(Suite.self, from: data)
    } catch let error as DecodingError {
      throw Malformed(Self.explain(error))
    } catch {
      throw Malformed("\(error)")
    }
  }

  /// The suite with its dependent values settled, after the checks that a file gets.
  public func validated() throws(Malformed) -> Suite {
    var suite = self
    for (index, experiment) in experiments.enumerated() {
      do throws(SpecComplaint) {
        suite.experiments[index] = try experiment.validated()
      } catch {
        throw Malformed("experiments[\(index)].\(error.path.joined(separator: ".")): \(error.text)")
      }
    }
    if let complaint = suite.complaint { throw Malformed("\(complaint.field.stringValue): \(complaint.text)") }
    return suite
  }

  package static func explain(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      var text = ""
      for key in path {
        text += key.intValue.map { "[\($0)]" } ?? (text.isEmpty ? "" : ".") + key.stringValue
      }
      return text.isEmpty ? "the top level" : text
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])): is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "\(place(context.codingPath)): is not \(name(of: type))"
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      let text = reason(context)
      return text.contains("not valid JSON") ? "not valid JSON" : "not valid JSON: \(text)"
    case .dataCorrupted(let context): return "\(place(context.codingPath)): \(reason(context))"
    @unknown default: return "\(error)"
    }
  }

  private static func reason(_ context: DecodingError.Context) -> String {
    let underlying = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
    var text = underlying ?? context.debugDescription
    let complaints: [(type: String, complaint: (String) -> String)] = [
      ("ModeID", ModeID.complaint), ("Limit", { Spelling.isNot($0, "a limit", among: Limit.allCases.map(\.rawValue)) }),
    ]
    for (type, complaint) in complaints {
      let start = "Cannot initialize \(type) from invalid String value "
      if text.hasPrefix(start) { text = complaint(String(text.dropFirst(start.count))) }
    }
    return text
  }

  private static func name(of type: Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Int.Type, is UInt64.Type: "a whole number"
    case is Bool.Type: "true or false"
    default: "\(type)".hasPrefix("Array") ? "a list" : "an object of the expected form"
    }
  }
}
