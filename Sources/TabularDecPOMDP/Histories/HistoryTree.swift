// The action-observation histories of one agent.

/// The histories tau of one agent that can occur, numbered by length, and within a length in lexical order.
///
/// A history that no joint play can reach is no decision: it has no number and no parameters. A sequence is a history
/// with one more action, numbered `history * actionCount + action`.
public struct HistoryTree: Sendable {
  public let actionCount: Int
  public let observationCount: Int
  /// Histories of length t are `layerStarts[t] ..< layerStarts[t + 1]`.
  public let layerStarts: [Int]
  /// (histories): the sequence that a history continues; -1 for the empty history.
  public let parentSequences: [Int]
  /// (histories): the observation that ends it; -1 for the empty history.
  public let lastObservations: [Int]
  /// (sequences, observations): the history that follows; -1 where there is none.
  public let children: [Int]

  public var count: Int { parentSequences.count }
  public var sequenceCount: Int { count * actionCount }

  /// - Parameter reachable: For every length t and every conceivable history of that length, by the digits (action,
  ///   observation) of its steps, whether it can occur.
  init(actionCount: Int, observationCount: Int, reachable: [[Bool]]) {
    self.actionCount = actionCount
    self.observationCount = observationCount
    var layerStarts = [0]
    var parents: [Int] = []
    var lastObservations: [Int] = []
    var previous: [Int] = []  // conceivable history of the layer before -> number
    for (length, layer) in reachable.enumerated() {
      var numbers = [Int](repeating: -1, count: layer.count)
      for history in layer.indices where layer[history] {
        numbers[history] = parents.count
        let (sequence, observation) = history.quotientAndRemainder(dividingBy: observationCount)
        let (before, action) = sequence.quotientAndRemainder(dividingBy: actionCount)
        parents.append(length == 0 ? -1 : previous[before] * actionCount + action)
        lastObservations.append(length == 0 ? -1 : observation)
      }
      previous = numbers
      layerStarts.append(parents.count)
    }
    var children = [Int](repeating: -1, count: parents.count * actionCount * observationCount)
    for history in parents.indices where parents[history] >= 0 {
      children[parents[history] * observationCount + lastObservations[history]] = history
    }
    self.layerStarts = layerStarts
    parentSequences = parents
    self.lastObservations = lastObservations
    self.children = children
  }

  public func child(of history: Int, action: Int, observation: Int) -> Int {
    children[(history * actionCount + action) * observationCount + observation]
  }

  /// `listen hear-left, listen hear-right`; empty for the empty history.
  public func name(of history: Int, actions: [String], observations: [String]) -> String {
    let sequence = parentSequences[history]
    guard sequence >= 0 else { return "" }
    let (before, action) = sequence.quotientAndRemainder(dividingBy: actionCount)
    let past = name(of: before, actions: actions, observations: observations)
    return (past.isEmpty ? "" : past + ", ") + "\(actions[action]) \(observations[lastObservations[history]])"
  }
}
