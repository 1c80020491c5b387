/// `folder[:run]`: a training, and one of its runs by its number.
public struct PolicyPlace: Sendable, Hashable {
  public let folder: String
  /// nil for the first.
  public let run: Int?

  public init(_ text: String) {
    let colon = text.lastIndex(of: ":")
    let run = colon.flatMap { Int(text[text.index(after: $0)...]) }
    self.run = run
    folder = run == nil ? text : String(text[..<(colon ?? text.endIndex)])
  }
}
