import Testing

@testable import Reporting

struct InlineSVGTests {
  private func inline(_ svg: String) -> String? { InlineSVG(svg, prefix: "f1-", label: "a \"b\"")?.markup.text }

  private let start = "<svg role=\"img\" aria-label=\"a &quot;b&quot;\">"

  /// What every shape has to say that no group has given a look, because figures on a page have another one.
  private let bare = " fill=\"var(--ink)\" stroke=\"none\""

  @Test func whatDrawsIsKept() {
    let svg = """
      <?xml version="1.0"?><!-- a > b --><svg viewBox="0 0 9 9"
      ><g id="a_1" class="x" ><path d='M0,1
        L2,3  ' stroke-width="1.0"/><text>1 &lt; 2 &#181; <tspan font-family="sans-serif" >20k</tspan></text></g></svg>
      """
    let expected =
      "<svg viewBox=\"0 0 9 9\" role=\"img\" aria-label=\"a &quot;b&quot;\">"
      + "<path d=\"M0 1l2 2\"\(bare)/><text fill=\"var(--ink)\" font-size=\"16\">1 &lt; 2 &#181; 20k</text></svg>"
    #expect(inline(svg) == expected)
  }

  @Test func idsAndWhatLeadsToThemHaveThePrefix() {
    let svg = "<svg><circle id='p'/><use xlink:href='#p'/><rect clip-path='url(#p)'/><use href='other.svg#p'/></svg>"
    #expect(
      inline(svg)
        == start + "<circle id=\"f1-p\"\(bare)/><use href=\"#f1-p\"\(bare)/>"
        + "<rect clip-path=\"url(#f1-p)\"\(bare)/><use\(bare)/></svg>")
  }

  @Test func onlySymbolsThatAreShownAreKept() {
    let symbols = "<circle id='a' r='0.50'/><use id='b' href='#a'/><use id='c' href='#a'/><circle id='d'/>"
    let drawn = inline("<svg><defs>\(symbols)</defs><use href='#b'/></svg>")
    #expect(
      drawn == start + "<defs><circle id=\"f1-a\" r=\"0.50\"/><use id=\"f1-b\" href=\"#f1-a\"/></defs>"
        + "<use href=\"#f1-b\"\(bare)/></svg>")
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "<script href='a.js'/>", "<style>a{}</style>", "<title>a<b></title>",
    "<foreignObject><g><img/></g></foreignObject>", "<a href='#x'></a>", "<image href='a.png'/>", "<g>\n</g>",
    "<!DOCTYPE x>", "</g>", "words",
  ])
  func whatDoesNotDrawIsNot(part: String) {
    #expect(inline("<svg>\(part)<path/></svg>") == start + "<path\(bare)/></svg>")
  }

  @Test(arguments: [
    "onload='a()'", "style='x'", "fill='url(http://a)'", "d='\"<'", "href='javascript:a()'", "stroke=\"a&b\"", "x=1",
    "filter='url(#f)'",
  ])
  func attributesThatDoMoreThanDrawAreLeftOut(attribute: String) {
    #expect(inline("<svg><rect \(attribute) y='1'/></svg>") == start + "<rect y=\"1\"\(bare)/></svg>")
  }

  @Test(arguments: [
    "<svg><g><path", "<svg><g id='", "<svg><text>a &", "<svg><g><text>a</g>", "<svg><svg>", "<svg><", "<svg></",
  ])
  func whatIsCutOffIsClosed(svg: String) throws {
    let page = "<!DOCTYPE html>\n" + (try #require(inline(svg)))
    #expect(ParsedPage(page).faults == [])
  }

  @Test func greysFollowThePageAndColoursStay() {
    let colours = [
      ("black", "var(--ink)"), ("rgb(  0,   0,   0)", "var(--ink)"), ("rgb( 64,  64,  64)", "var(--axis)"),
      ("rgb( 96,  96,  96)", "var(--soft)"), ("#d8d8d8", "var(--grid)"), ("#FFFFFF", "var(--paper)"),
      ("rgb(  0, 114, 178)", "var(--c0072B2, #0072B2)"), ("rgb(  0, 158, 115)", "#009E73"),
      ("rgb(127, 127, 127)", "#7F7F7F"), ("rgb(144, 144, 144)", "#909090"),
    ]
    for (colour, expected) in colours {
      let drawn = inline("<svg><rect fill='\(colour)'/></svg>")
      #expect(drawn == start + "<rect fill=\"\(expected)\" stroke=\"none\"/></svg>")
    }
  }

  @Test func whatIsNoSVGIsNone() {
    #expect(inline("") == nil)
    #expect(inline("<html></html>") == nil)
  }

  @Test func shapesSayOnlyWhatAPageDoesNot() {
    let group = #"<g fill="none" color="black" stroke="currentColor" stroke-width="1.00">"#
    let words = #"<g transform="translate(63.52,7.00)" stroke="none" fill="black" font-size="12.00" text-anchor="end">"#
    let drawn = inline(
      """
      <svg><g id="canvas">\(group)<path stroke="#E69F00" d="M63.52,307.10 L60.82,307.10 M63.52,300.19 L60.82,301.19 "/>
      \(words)<text><tspan>10 µs</tspan></text></g>\(words)<text></text></g>
      <g transform="translate(1.00,2.00)"><rect/></g></g></g></svg>
      """)
    #expect(
      drawn == start + ##"<path d="M63.5 307.1h-2.7m2.7-6.9l-2.7 1" stroke="#E69F00"/>"##
        + #"<text x="63.5" y="7" fill="var(--ink)" text-anchor="end">10 µs</text>"#
        + #"<rect transform="translate(1,2)"/></svg>"#)
  }

  @Test func groupsStayForTheirTitlesAndOpacity() {
    let svg = "<svg><g id='a'><title>epoll: 3</title><g><rect x='1.26'/></g></g><g opacity='0.5'><rect/></g></svg>"
    #expect(
      inline(svg) == start + "<g><title>epoll: 3</title><rect x=\"1.3\"\(bare)/></g>"
        + "<g opacity=\"0.5\"><rect\(bare)/></g></svg>")
  }

  @Test func groupsThatNestTooDeeplyAreLeftOut() throws {
    let svg = "<svg>" + String(repeating: "<g><title>a</title>", count: 100_000)
    #expect(ParsedPage("<!DOCTYPE html>\n" + (try #require(inline(svg)))).faults == [])
  }

  private func rectangle(_ x: Int, top: Int = 4, fill: String = "rgb(1, 1, 1)") -> String {
    #"<polygon fill="\#(fill)" points="\#(x).50,9.00 \#(x + 2).50,9.00 \#(x + 2).50,\#(top).00 \#(x).50,\#(top).00"/>"#
  }

  @Test func rectanglesOfOneLookAreDrawnTogetherUnlessTheyCoverOthers() {
    func drawn(_ rectangles: String...) -> String {
      inline("<svg><g stroke=\"none\">\(rectangles.joined(separator: "</g><g stroke=\"none\">"))</g></svg>") ?? ""
    }
    let apart = drawn(rectangle(1), rectangle(3, fill: "#E69F00"), rectangle(5))
    #expect(
      apart == start + "<path\(bare) d=\"M1.5 4h2v5h-2zm4 0h2v5h-2z\"/>"
        + "<path fill=\"#E69F00\" stroke=\"none\" d=\"M3.5 4h2v5h-2z\"/></svg>")
    let covering = drawn(rectangle(1), rectangle(2, fill: "#E69F00"), rectangle(5))
    #expect(covering.ranges(of: "<path").count == 3, "\(covering)")
    #expect(drawn(rectangle(1), rectangle(2, fill: "#E69F00"), rectangle(1)).ranges(of: "<path").count == 3)
  }

  @Test func rectanglesWithAnOutlineStayApartAndHugeOnesAreUnchanged() {
    let outlined = inline("<svg><g stroke=\"red\">\(rectangle(3))\(rectangle(5))</g></svg>") ?? ""
    #expect(outlined.ranges(of: "<path").count == 2, "\(outlined)")
    let points = "points=\"0,0 1e300,0 1e300,1 0,1\""
    #expect(inline("<svg><polygon \(points)/></svg>")?.contains(points) == true)
  }
}
