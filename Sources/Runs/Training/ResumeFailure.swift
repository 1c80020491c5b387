import Configuration

/// A training that cannot go on as it was asked to.
public enum ResumeFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The configuration is not the one that the state was trained with.
  case different(place: String, ConfigurationDifference)
  /// It should become longer, which nobody asked for.
  case longer(place: String, ConfigurationDifference)

  public var description: String {
    switch self {
    case .different(let place, let difference):
      "\(place): \(difference.text), which it was trained with; go on with the same value, or begin another training in a "
        + "folder of its own"
    case .longer(let place, let difference):
      "\(place): \(difference.text); a training becomes longer only where that is asked for"
    }
  }
}
