import Testing

@testable import Reporting

struct InlineSVGTests {
  private func inline(_ svg: String) -> String? { InlineSVG(svg, prefix: "f1-", label: "a \"b\"")?.markup.text }

  private let start = "<svg role=\"img\" aria-label=\"a &quot;b&quot;\">"

  @Test func whatDrawsIsKept() {
    let svg = """
      <?xml version="1.0"?><!-- a > b --><svg viewBox="0 0 9 9"
      ><g id="a_1" class="x" ><path d='M0,1
        L2,3  ' stroke-width="1.0"/><text>1 &lt; 2 &#181; <tspan font-family="sans-serif" >20k</tspan></text></g></svg>
      """
    let expected =
      "<svg viewBox=\"0 0 9 9\" role=\"img\" aria-label=\"a &quot;b&quot;\"><g id=\"f1-a_1\">"
      + "<path d=\"M0,1 L2,3\" stroke-width=\"1.0\"/><text>1 &lt; 2 &#181; <tspan>20k</tspan></text></g></svg>"
    #expect(inline(svg) == expected)
  }

  @Test func idsAndWhatLeadsToThemHaveThePrefix() {
    let svg = "<svg><circle id='p'/><use xlink:href='#p'/><rect clip-path='url(#p)'/><use href='other.svg#p'/></svg>"
    #expect(
      inline(svg)
        == start + "<circle id=\"f1-p\"/><use href=\"#f1-p\"/><rect clip-path=\"url(#f1-p)\"/><use/></svg>")
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "<script href='a.js'/>", "<style>a{}</style>", "<title>a<b></title>",
    "<foreignObject><g><img/></g></foreignObject>", "<a href='#x'></a>", "<image href='a.png'/>", "<g>\n</g>",
    "<!DOCTYPE x>", "</g>", "words",
  ])
  func whatDoesNotDrawIsNot(part: String) {
    #expect(inline("<svg>\(part)<path/></svg>") == start + "<path/></svg>")
  }

  @Test(arguments: [
    "onload='a()'", "style='x'", "fill='url(http://a)'", "d='\"<'", "href='javascript:a()'", "stroke=\"a&b\"", "x=1",
    "filter='url(#f)'",
  ])
  func attributesThatDoMoreThanDrawAreLeftOut(attribute: String) {
    #expect(inline("<svg><rect \(attribute) y='1'/></svg>") == start + "<rect y=\"1\"/></svg>")
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
      ("none", "none"),
      ("currentColor", "currentColor"),
    ]
    for (colour, expected) in colours {
      #expect(inline("<svg><rect fill='\(colour)'/></svg>") == start + "<rect fill=\"\(expected)\"/></svg>")
    }
  }

  @Test func whatIsNoSVGIsNone() {
    #expect(inline("") == nil)
    #expect(inline("<html></html>") == nil)
  }

  @Test func groupsAndRectanglesOfOneLookAreDrawnTogether() {
    let group = #"<g stroke="none" stroke-linecap="butt">"#
    func rectangle(_ x: Int) -> String {
      #"<polygon fill="rgb(1, 1, 1)" points="\#(x).50,9.00 \#(x + 2).50,9.00 \#(x + 2).50,4.00 \#(x).50,4.00"/>"#
    }
    let drawn = inline("<svg>\(group)\(rectangle(1))</g>\(group)\(rectangle(3))</g>\(group)</g></svg>") ?? ""
    #expect(
      drawn.hasSuffix(#"><g stroke="none"><path fill="var(--ink)" d="M1.5,4H3.5V9H1.5zM3.5,4H5.5V9H3.5z"/></g></svg>"#),
      "\(drawn)")
    // What has an outline, an id or another look stays apart.
    let apart =
      inline("<svg>\(rectangle(1))<g stroke=\"red\">\(rectangle(3))\(rectangle(5))</g><g id=\"a\"/></svg>") ?? ""
    #expect(apart.ranges(of: "<path").count == 3 && apart.contains("<g id=\"f1-a\"/>"))
    let huge = #"<polygon points="0,0 1e300,0 1e300,1 0,1"/>"#
    #expect(inline("<svg>\(huge)</svg>")?.contains(huge) == true)
  }
}
