import BuildCommit

/// What this program is.
public enum Version {
  public static let text = "0.1.0"

  /// `0.1.0, commit 3b19874`
  public static let identity = "\(text), commit \(commit)"

  /// The commit that this binary was built from, with "-dirty" behind it where files differed from that; "unknown" where it
  /// was not built in a checkout.
  public static let commit = BuildCommit.text
}
