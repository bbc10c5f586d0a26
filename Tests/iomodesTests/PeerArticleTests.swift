import Foundation
import Testing

struct PeerArticleTests {
  private static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }

  @Test func articleShowsTheWorkedExampleAsItIs() throws {
    let example = try String(contentsOfFile: "\(Self.project)/Benchmarks/peers/example/client.py", encoding: .utf8)
    let article = try String(
      contentsOfFile: "\(Self.project)/Sources/iomodes/iomodes.docc/AddingAPeer.md", encoding: .utf8)
    #expect(article.contains("```python\n\(example)```\n"))
    #expect(example.split(separator: "\n", omittingEmptySubsequences: false).count - 1 <= 65)
  }
}
