/// The page's style, on a light background, on a dark one, and on paper.
enum PageStyle {
  static func sheet(_ modes: ModeTable) -> Markup {
    let rules = [colours, text, tables, layout, print, SVGStyle.sheet, Palette.rules(of: modes)]
    return Markup(trusted: rules.joined(separator: "\n"))
  }

  private static let light = """
    --paper: #fff; --ink: #1b1b1b; --axis: #404040; --soft: #5c5c5c; --grid: #d8d8d8; --shade: #f5f5f3; \
    --warning: #8a4500; --link: #0b5394;
    """

  private static let colours = """
    :root { color-scheme: light dark; \(light) }
    @media (prefers-color-scheme: dark) {
      :root { --paper: #15171a; --ink: #e9e7e4; --axis: #c4c2bf; --soft: #a5a39f; --grid: #3a3d42; --shade: #1f2226; \
    --warning: #e5a550; --link: #8cbbea; }
    }
    """

  private static let text = """
    * { box-sizing: border-box }
    html { scroll-padding-top: 1rem }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; \
    overflow-wrap: break-word }
    h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 }
    h1 span { font-weight: normal }
    section { margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--grid) }
    h2 { display: inline; font-size: 1.2rem; margin: 0 }
    p { margin: .4rem 0; max-width: 50rem }
    a { color: var(--link) }
    code { font-size: .9em }
    .facts, .asks, .trust, .notes { color: var(--soft); font-size: .875rem }
    .warning { color: var(--warning) }
    .answer { margin: .75rem 0 }
    .mode, .interval { white-space: nowrap }
    .mode { display: inline-block; position: relative; padding-left: .95em }
    .mode::before { content: ""; position: absolute; left: 0; top: .35em; width: .6em; height: .6em; \
    background: var(--mode); print-color-adjust: exact }
    .notes { margin: .5rem 0 1rem; padding-left: 1.2rem; max-width: 60rem }
    dl { display: grid; grid-template-columns: max-content minmax(0, 40rem); gap: .2rem 1.25rem; font-size: .925rem }
    dt { color: var(--soft) }
    dd { margin: 0; overflow-wrap: anywhere }
    details { margin: .75rem 0 }
    summary { cursor: pointer; color: var(--soft); font-size: .925rem }
    section > details { margin: 0 }
    section > details > summary { color: inherit; margin-bottom: .25rem }
    figure { margin: 1rem 0 }
    figure svg { display: block; width: 100%; max-width: 56rem; height: auto; font-family: sans-serif }
    """

  private static let tables = """
    .scroll { overflow-x: auto; margin: .75rem 0 }
    .scroll:focus-visible { outline: 2px solid var(--link) }
    table { border-collapse: collapse; font-size: .78rem; line-height: 1.3; font-variant-numeric: tabular-nums }
    caption { text-align: left; color: var(--soft); padding-bottom: .3rem }
    th, td { padding: .25rem .35rem; text-align: left; vertical-align: top }
    th { font-weight: 600; vertical-align: bottom }
    thead th, thead td { border-bottom: 1px solid var(--axis) }
    tr { background: var(--paper) }
    tbody tr:nth-child(even) { background: var(--shade) }
    tr > :first-child { position: sticky; left: 0; background: inherit }
    .n { text-align: right }
    td.n { white-space: nowrap }
    td small { display: block; color: var(--soft); font-size: .6875rem; white-space: nowrap }
    tr.first > * { border-top: 1px solid var(--grid) }
    .sorted tr.first > * { border-top: 0 }
    td.remark { color: var(--soft); font-style: italic }
    td.bar { vertical-align: middle }
    td i { display: block; width: calc(var(--part) * .035rem); height: .5rem; background: var(--mode); print-color-adjust: exact }
    [role=button] { cursor: pointer }
    [role=button]:hover { text-decoration: underline }
    [role=button]:focus-visible { outline: 2px solid var(--link) }
    [aria-sort=ascending] [role=button]::after { content: " ▲" }
    [aria-sort=descending] [role=button]::after { content: " ▼" }
    .headline th[scope=row] { font-weight: normal; max-width: 13rem }
    .headline th small { display: block; color: var(--soft); font-size: .6875rem }
    .headline td { min-width: 5rem }
    .headline td small { min-height: 1.3em }
    .headline td i { width: calc(var(--part) * .045rem); height: .25rem; margin-left: auto }
    .claims tr > :first-child { position: static }
    .claims tbody th { font-weight: normal; padding-top: .6rem; border-top: 1px solid var(--grid); background: var(--paper) }
    .claims { max-width: 62rem }
    .claims .verdict { margin-left: .5rem }
    .claims td:first-child { padding-left: 1rem }
    .claims td small { display: inline; white-space: normal }
    .claims .missed td { color: var(--warning); font-weight: 600 }
    .index td { font-size: .875rem }
    .index td small { white-space: normal }
    .index td.date { white-space: nowrap }
    """

  private static let layout = """
    body { padding: 1rem }
    nav { font-size: .925rem }
    nav ol { list-style: none; margin: .25rem 0; padding: 0 }
    nav a { text-decoration: none }
    nav a:hover { text-decoration: underline }
    nav p { color: var(--link) }
    @media (min-width: 75rem) {
      body { display: grid; grid-template-columns: 11rem minmax(0, 78rem); column-gap: 1.75rem; padding: 1.25rem 1.5rem }
      header, nav + main { grid-column: 2 }
      main:only-of-type:first-child { grid-column: 1 / -1 }
      nav { grid-column: 1; grid-row: 1 / span 2 }
      nav details { position: sticky; top: 1.25rem; margin: 0; max-height: calc(100vh - 2.5rem); overflow-y: auto }
    }
    @media screen and (max-width: 75rem) {
      table { font-size: .72rem }
      th, td { padding: .25rem .2rem }
      td small, .mode { white-space: normal }
      td.bar i { width: calc(var(--part) * .02rem) }
    }
    @media screen and (max-width: 40rem) {
      td.bar { display: none }
      .sortable td small { white-space: nowrap }
      .index th:nth-child(4), .index td:nth-child(4) { display: none }
      .index td.date { white-space: normal }
      figure { cursor: zoom-in }
      figure.large { cursor: zoom-out; overflow-x: auto }
      figure.large svg { width: 56rem; max-width: none }
      .headline { font-size: .68rem }
      .headline th[scope=row] { max-width: 5.5rem }
      .headline td { min-width: 3.5rem }
      .headline td i { width: calc(var(--part) * .035rem) }
      .claims td:first-child { padding-left: .35rem }
      .claims td.n { white-space: normal }
      .claims td.n small { display: block }
      dl { grid-template-columns: minmax(0, 1fr); gap: 0 }
      dd { margin-bottom: .4rem }
    }
    """

  private static let print = """
    @page { size: A4 landscape; margin: 12mm }
    @media print {
      :root { color-scheme: light; \(light) }
      html { font-size: 10pt }
      body { display: block; padding: 0 }
      nav { display: none }
      .scroll { overflow: visible }
      tr > :first-child { position: static }
      table { font-size: 7.5pt }
      th, td { padding: .15rem .3rem }
      td small, .headline th small { font-size: 6.5pt }
      .headline td { min-width: 0 }
      table, thead, tr, figure, dt, dd { break-inside: avoid }
      table.long { break-inside: auto }
      .headline, .claims, .index { break-inside: auto }
      .claims td, .claims th { padding: .05rem .3rem }
      h2, .asks, caption, summary { break-after: avoid }
      section > details > summary { list-style: none }
      .figures > summary, section details:not([open]) { display: none }
      section > details:not([open]) { display: block }
      section:has(> details > summary + .figures:not([open]):last-child) { display: none }
      section { margin-top: .6rem; padding-top: .4rem }
      figure { display: inline-block; width: 49%; margin: .5rem 0 }
    }
    """
}
