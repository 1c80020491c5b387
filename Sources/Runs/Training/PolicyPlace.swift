/// `folder[:run[@update]]`: a training, one of its runs by its number, and one of its checkpoints.
public struct PolicyPlace: Sendable, Hashable {
  public let folder: String
  /// nil for the first.
  public let run: Int?
  /// Finished updates; nil for the last checkpoint.
  public let update: Int?

  public init(_ text: String) {
    guard let match = text.wholeMatch(of: /(.*):([0-9]+)(?:@([0-9]+))?/.dotMatchesNewlines()), let run = Int(match.2)
    else {
      (folder, run, update) = (text, nil, nil)
      return
    }
    folder = String(match.1)
    self.run = run
    update = match.3.flatMap { Int($0) }
  }
}
