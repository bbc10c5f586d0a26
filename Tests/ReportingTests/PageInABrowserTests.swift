import Foundation
import TestSupport
import Testing

@testable import Reporting

/// The page in Chromium, if it is installed.
struct PageInABrowserTests {
  private static let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: chromium != nil, "Chromium is not installed"), .endsHangs)
  func headingsSortTheirTableByNumberTheHighestFirst() throws {
    let page = Report(SyntheticRun(rounds: 6).run()).render(.html, width: 0, color: false)
    let watch = "<script>onerror = e => document.body.dataset.error = e</script></head>"
    let click = """
      <script>
      const table = document.querySelector("main table"), headings = [...table.tHead.rows[0].cells];
      const column = headings.findIndex(heading => heading.textContent === "op/s");
      const values = () => [...table.tBodies[0].rows].map(row => parseFloat(row.cells[column].textContent.replace(",", "")));
      const isSorted = (list, sign) => list.every((value, i) => i === 0 || sign * (value - list[i - 1]) >= 0);
      const results = [], original = values().join(), press = () => headings[column].querySelector("[role=button]").click();
      press();
      results.push(headings[column].getAttribute("aria-sort"), isSorted(values(), -1));
      press();
      results.push(headings[column].getAttribute("aria-sort"), isSorted(values(), 1));
      press();
      results.push(headings[column].getAttribute("aria-sort"), values().join() === original);
      document.body.dataset.results = results.join(" ");
      </script></body>
      """
    let tested = page.replacing("</head>", with: watch).replacing("</body>", with: click)
    let document = try rendered(tested)
    #expect(document.contains(#"data-results="descending true ascending true none true""#), "\(document.suffix(300))")
    #expect(!document.contains("data-error"))
  }

  private func rendered(_ page: String) throws -> String {
    let folder = NSTemporaryDirectory() + "iomodes-browser-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try page.write(toFile: "\(folder)/page.html", atomically: true, encoding: .utf8)
    return try Subprocess.run(
      "/usr/bin/timeout",
      [
        "240", try #require(Self.chromium), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--user-data-dir=\(folder)/profile", "--dump-dom", "file://\(folder)/page.html",
      ]
    ).output
  }
}
