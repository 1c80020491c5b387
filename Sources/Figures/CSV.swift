/// Comma-separated values by RFC 4180, with a line feed at the end of each line.
public struct CSV {
  public private(set) var text = ""

  public init(header: [String]) { append(header) }

  public mutating func append(_ fields: [String]) { text += fields.map(Self.quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ field: String) -> String {
    let isPlain = !field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}

extension Double? {
  /// The shortest text that reads back as the same number; empty for nil.
  public var field: String { map(\.description) ?? "" }
}
