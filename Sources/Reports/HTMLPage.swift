import Figures

/// A page of HTML that needs nothing else: style and figures are in it, scripts are not.
struct HTMLPage {
  private var body: [String] = []
  let title: String

  init(title: String) { self.title = title }

  mutating func heading(_ text: String, level: Int = 2) { body.append("<h\(level)>\(escaped(text))</h\(level)>") }

  mutating func paragraph(_ text: String, isNote: Bool = false) {
    body.append("<p\(isNote ? " class=\"note\"" : "")>\(escaped(text))</p>")
  }

  mutating func list(_ items: [String]) {
    body.append("<ul>\n\(items.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n"))\n</ul>")
  }

  mutating func preformatted(_ text: String) { body.append("<pre>\(escaped(text))</pre>") }

  /// - Parameters:
  ///   - svg: of `SVGDocument`.
  ///   - file: where the same figure lies beside the page.
  mutating func figure(_ svg: String, caption: String, file: String) {
    body.append(
      "<figure>\n\(svg)<figcaption>\(escaped(caption)) <span class=\"file\">\(escaped(file))</span></figcaption>\n</figure>"
    )
  }

  /// Cells of a table; `groups` are headers over several columns, with how many.
  struct Table {
    var caption: String
    var groups: [(title: String, columns: Int)] = []
    var header: [String]
    var rows: [[String]] = []
    /// A row that is set off, and what is written behind its name.
    var marked: (row: Int, remark: String)?
    /// Text columns, which stand to the left; numbers stand to the right.
    var textColumns = 1
  }

  mutating func table(_ table: Table) {
    var lines = ["<div class=\"table\"><table>", "<caption>\(escaped(table.caption))</caption>", "<thead>"]
    if !table.groups.isEmpty {
      let cells = table.groups.map { group in
        let span = "colspan=\"\(group.columns)\""
        return group.title.isEmpty
          ? "<td \(span)></td>" : "<th \(span) scope=\"colgroup\" class=\"group\">\(escaped(group.title))</th>"
      }
      lines.append("<tr>\(cells.joined())</tr>")
    }
    func side(_ column: Int) -> String { column < table.textColumns ? " class=\"text\"" : "" }
    let names = table.header.enumerated().map { "<th scope=\"col\"\(side($0))>\(escaped($1))</th>" }
    lines += ["<tr>\(names.joined())</tr>", "</thead>", "<tbody>"]
    for (number, row) in table.rows.enumerated() {
      let isMarked = table.marked?.row == number
      let cells = row.enumerated().map { column, text in
        let remark = isMarked && column == 0 ? " <em>\(escaped(table.marked?.remark ?? ""))</em>" : ""
        return column == 0
          ? "<th scope=\"row\"\(side(column))>\(escaped(text))\(remark)</th>"
          : "<td\(side(column))>\(escaped(text))</td>"
      }
      lines.append("<tr\(isMarked ? " class=\"marked\"" : "")>\(cells.joined())</tr>")
    }
    body.append((lines + ["</tbody>", "</table></div>"]).joined(separator: "\n"))
  }

  var source: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <title>\(escaped(title))</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <main>
    <h1>\(escaped(title))</h1>
    \(body.joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  private static let style = """
    :root { color-scheme: light; }
    body { margin: 0; background: #ffffff; color: #1a1a1a; font: 16px/1.5 Helvetica, Arial, sans-serif; }
    main { max-width: 1180px; margin: 0 auto; padding: 24px; }
    h1 { font-size: 28px; margin: 0 0 8px; overflow-wrap: anywhere; }
    h2 { font-size: 21px; margin: 36px 0 10px; border-bottom: 1px solid #cccccc; padding-bottom: 4px; }
    h3 { font-size: 17px; margin: 24px 0 8px; }
    p { max-width: 46em; }
    .note { border-left: 4px solid #e69f00; background: #fdf6e7; padding: 8px 12px; }
    .table { overflow-x: auto; margin: 12px 0 20px; }
    table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
    caption { text-align: left; padding: 0 0 8px; max-width: 60em; }
    th, td { padding: 4px 8px; text-align: right; border-bottom: 1px solid #e0e0e0; white-space: nowrap; }
    thead th { border-bottom: 1px solid #555555; vertical-align: bottom; }
    thead th.group { text-align: center; border-bottom: 1px solid #999999; }
    tbody th { font-weight: normal; }
    .text { text-align: left; }
    td.text { white-space: normal; overflow-wrap: anywhere; }
    .marked { background: #e8f1f8; font-weight: bold; }
    .marked th { font-weight: bold; }
    .marked em { font-weight: normal; }
    figure { margin: 18px 0 30px; break-inside: avoid; }
    figure svg { max-width: 100%; height: auto; display: block; }
    figcaption { font-size: 14px; max-width: 60em; margin-top: 6px; }
    .file { color: #555555; font-family: monospace; }
    pre { background: #f5f5f5; padding: 12px; font-size: 13px; line-height: 1.4; white-space: pre-wrap;
      overflow-wrap: anywhere; }
    @media print {
      main { max-width: none; padding: 0; }
      body { font-size: 11px; }
      table { font-size: 9px; }
      th, td { padding: 2px 4px; }
      .table { overflow: visible; }
      h2, h3 { break-after: avoid; }
      tr { break-inside: avoid; }
    }
    """

  private func escaped(_ text: String) -> String { SVGDocument.escaped(text) }
}
