import Records

/// The frame of every page: style and script in it, so that it needs no other file, no network and no font.
struct HTMLPage {
  let title: String
  /// Whose colours the page shows.
  let modes: ModeTable
  let body: Markup

  var text: String {
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
      <link rel="icon" href="data:,">
      <title>\(title)</title>
      <style>
      \(PageStyle.sheet(modes))
      </style>
      </head>
      <body>
      \(body)\
      <script>
      \(PageScript.script)
      </script>
      </body>
      </html>

      """
    return page.text
  }
}
