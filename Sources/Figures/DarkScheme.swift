/// What the colours of a drawing become where its reader prefers dark pages.
///
/// Elements keep their colours as attributes, for readers and printers without a preference; a rule of style replaces each.
/// Colours of maps are not in the list and stay.
enum DarkScheme {
  /// Paper and ink. Numbers inside the entries of a map are black or white texts, so these two are replaced in shapes only.
  private static let shapes = [("#ffffff", "#16191d"), ("#000000", "#f2f2f2")]
  /// Text, axes, rules, then the curves of `LinePlot.colors`, lighter where they would drown.
  private static let colors = [
    ("#222222", "#e6e6e6"), ("#444444", "#b9bec4"), ("#777777", "#9aa0a6"), ("#888888", "#9aa0a6"),
    ("#e4e4e4", "#363b41"), ("#0072b2", "#3b8fd6"), ("#56b4e9", "#7cc0ea"), ("#d55e00", "#f0803c"),
    ("#009e73", "#2fc79a"),
  ]

  /// Rules for drawings of the class `scheme`.
  static let style: String = {
    func rules(_ colors: [(light: String, dark: String)], of element: String) -> [String] {
      colors.flatMap { light, dark in
        ["fill", "stroke"].map { "svg.scheme \(element)[\($0)=\"\(light)\"] { \($0): \(dark) }" }
      }
    }
    let all = rules(shapes, of: ":not(text)") + rules(colors, of: "*")
    return "@media screen and (prefers-color-scheme: dark) {\n\(all.joined(separator: "\n"))\n}"
  }()
}
