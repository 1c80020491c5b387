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

  /// What is read on demand: only its summary shows until a reader opens it, or prints the page.
  mutating func details(_ summary: String, _ content: (inout HTMLPage) throws -> Void) rethrows {
    var inner = HTMLPage(title: title)
    try content(&inner)
    guard !inner.body.isEmpty else { return }
    body.append(
      "<details>\n<summary>\(escaped(summary))</summary>\n\(inner.body.joined(separator: "\n"))\n</details>")
  }

  mutating func preformatted(_ text: String) { body.append("<pre>\(escaped(text))</pre>") }

  /// - Parameters:
  ///   - svg: of `SVGDocument`.
  ///   - file: The same figure as a file beside the page.
  mutating func figure(_ svg: String, caption: String, file: String) {
    body.append(
      "<figure>\n<div class=\"drawing\">\(svg)</div><figcaption>\(escaped(caption)) <span class=\"file\">\(escaped(file))</span></figcaption>\n</figure>"
    )
  }

  /// Cells of a table; `groups` are headers over several columns, with how many.
  struct Table {
    var caption: String
    var groups: [(title: String, columns: Int)] = []
    var header: [String]
    var rows: [[String]] = []
    /// A row that is set off, and the text after its name.
    var marked: (row: Int, remark: String)?
    /// Text columns, which stand to the left; numbers stand to the right.
    var textColumns = 1

    /// Names and values in words, which narrow pages show one below the other.
    fileprivate var isText: Bool { textColumns == header.count }
  }

  mutating func table(_ table: Table) {
    let kind = table.isText ? " class=\"facts\"" : ""
    var lines = ["<div class=\"table\"><table\(kind)>", "<caption>\(escaped(table.caption))</caption>", "<thead>"]
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
    :root { color-scheme: light dark; --paper: #ffffff; --ink: #1a1a1a; --faint: #555555; --line: #e0e0e0;
      --rule: #555555; --note: #fdf6e7; --mark: #e8f1f8; --code: #f5f5f5; }
    @media screen and (prefers-color-scheme: dark) {
      :root { --paper: #16191d; --ink: #e6e6e6; --faint: #a3a9b0; --line: #363b41; --rule: #8a9097; --note: #33291a;
        --mark: #1d3346; --code: #20252a; }
    }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 Helvetica, Arial, sans-serif; }
    main { max-width: 1240px; margin: 0 auto; padding: 24px; }
    h1 { font-size: 28px; margin: 0 0 8px; overflow-wrap: anywhere; }
    h2 { font-size: 21px; margin: 36px 0 10px; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
    h3 { font-size: 17px; margin: 24px 0 8px; }
    p { max-width: 46em; overflow-wrap: break-word; }
    details { margin: 12px 0; }
    summary { cursor: pointer; padding: 4px 0; }
    .note { border-left: 4px solid #e69f00; background: var(--note); padding: 8px 12px; }
    .table { overflow-x: auto; margin: 12px 0 20px; }
    table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
    caption { text-align: left; padding: 0 0 8px; max-width: 60em; }
    th, td { padding: 4px 7px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
    thead th { border-bottom: 1px solid var(--rule); vertical-align: bottom; }
    thead th.group { text-align: center; border-bottom: 1px solid var(--rule); }
    thead th + th.group, td + th.group { border-left: 8px solid var(--paper); }
    tbody th { font-weight: normal; }
    .text { text-align: left; }
    .facts .text { white-space: normal; overflow-wrap: anywhere; }
    .marked, .marked th { background: var(--mark); font-weight: bold; }
    .marked em { font-weight: normal; }
    figure { margin: 18px 0 30px; break-inside: avoid; }
    figure svg { max-width: 100%; height: auto; display: block; }
    figcaption { font-size: 14px; max-width: 60em; margin-top: 6px; }
    .file { color: var(--faint); font-family: monospace; overflow-wrap: anywhere; }
    pre { background: var(--code); padding: 12px; font-size: 13px; line-height: 1.4; white-space: pre-wrap;
      overflow-wrap: anywhere; }
    @media (max-width: 700px) {
      main { padding: 12px; }
      h1 { font-size: 22px; }
      table { font-size: 13px; }
      th, td { padding: 3px 5px; }
      thead th { white-space: normal; }
      .table:not(:has(.facts)) caption { position: sticky; left: 0; max-width: calc(100vw - 24px); white-space: normal; }
      tbody th { position: sticky; left: 0; background: var(--paper); }
      .facts thead { display: none; }
      .facts, .facts tbody, .facts tr, .facts th, .facts td { display: block; position: static; border: 0; }
      .facts tr { border-bottom: 1px solid var(--line); padding: 4px 0; }
      .facts tbody th { color: var(--faint); padding-bottom: 0; overflow-wrap: anywhere; }
      .drawing { overflow-x: auto; }
      .drawing svg { min-width: 600px; }
    }
    @media print {
      main { max-width: none; padding: 0; }
      body { font-size: 11px; }
      table { font-size: 9px; }
      th, td { padding: 2px 4px; }
      .table { overflow: visible; }
      h2, h3 { break-after: avoid; }
      tr { break-inside: avoid; }
      details::details-content { content-visibility: visible; display: block; height: auto; }
    }
    """

  private func escaped(_ text: String) -> String { SVGDocument.escaped(text) }
}
