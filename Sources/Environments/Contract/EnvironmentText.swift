/// What people are shown of a game.
public protocol EnvironmentText: EnvironmentSizes {
  func actionName(_ action: Int) -> String
  /// The state as text for people; `state` has S words.
  func render(state: [UInt32]) -> String
  /// Numbers to report that are ratios of two outcomes.
  var outcomeRatios: [OutcomeRatio] { get }
}

extension EnvironmentText {
  public var outcomeRatios: [OutcomeRatio] { [] }
}
