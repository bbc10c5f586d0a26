/// Why an article cannot be written, in one line: the place in its template, what is wrong there, and the remedy.
public struct StudyFailure: Error, CustomStringConvertible, Equatable {
  public let description: String

  init(_ text: String, in template: String, line: Int) { description = "\(template):\(line): \(text)" }
}
