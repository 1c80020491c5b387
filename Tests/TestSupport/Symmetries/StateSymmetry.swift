import Environments
import Testing
import VulkanCompute

/// What a symmetry does to the state of a game and to actions, written from the rules of the game alone: the twin of the
/// tables that the environment gives.
public protocol StateSymmetry {
  associatedtype State: Equatable

  /// The state of S words as something to compare and to transform.
  func decode(_ words: [UInt32]) -> State
  func state(_ state: State) -> State
  /// A start state that reset takes.
  func start(_ words: [UInt32]) -> [UInt32]
  func action(_ action: Int) -> Int
}

/// Plays games beside their images under all elements of a group and compares everything that can be seen:
///
///     observation(g s) = g observation(s)   legal(g s) = g legal(s)   step(g s, g a) = g step(s, a)   equal rewards
public struct SymmetryCheck<Twin: StateSymmetry> {
  private let environment: any Environment
  private let elements: [Symmetry]
  private let twins: [Twin]
  private let starts: [[UInt32]]

  /// - Parameters:
  ///   - elements: What the environment says, the whole group.
  ///   - twins: The same group, in any order but for the identity, which comes first.
  ///   - starts: Start states; from each of them a random game is played.
  public init(_ environment: any Environment, elements: [Symmetry], twins: [Twin], starts: [[UInt32]]) {
    self.environment = environment
    self.elements = elements
    self.twins = twins
    self.starts = starts
  }

  /// - Parameter steps: Env steps; games that end start again from the same state.
  /// - Returns: The first thing that is not as the twins say; nil where all is well.
  public func firstDifference(steps: Int, device: Device) throws -> String? {
    guard elements.count == twins.count, twins.count > 1 else {
      return "\(elements.count) symmetries; the rules have \(twins.count)"
    }
    let play = try EnvironmentPlay(
      environment, environments: twins.count * starts.count, device: device,
      startStates: twins.flatMap { twin in starts.map(twin.start) })
    let seats = environment.agentCount
    /// Which elements of the table agree so far with each twin.
    var candidates = twins.map { twin in
      elements.indices.filter { element in
        (0..<environment.actionCount).allSatisfy { elements[element].actions[$0] == twin.action($0) }
      }
    }
    let sources = elements.map(\.inverse.features)
    for step in 0..<steps {
      let states = try play.states()
      let (observations, legal) = try (play.observations(), play.legalActions())
      for (number, twin) in twins.enumerated() {
        for start in starts.indices {
          let image = number * starts.count + start
          guard twin.decode(states[image]) == twin.state(twin.decode(states[start])) else {
            return "step \(step), element \(number): another state than the image of "
              + environment.render(state: states[start])
          }
          for seat in 0..<seats {
            let (row, imageRow) = (start * seats + seat, image * seats + seat)
            guard Set(legal[imageRow]) == Set(legal[row].map(twin.action)) else {
              return "step \(step), element \(number): other legal actions"
            }
            candidates[number].removeAll { element in
              !observations[imageRow].elementsEqual(sources[element].lazy.map { observations[row][$0] })
            }
          }
        }
        if candidates[number].isEmpty { return "step \(step): element \(number) is not in the table" }
      }
      try play.chooseRandomly()
      let actions = try play.actions().prefix(starts.count * seats)
      try play.setActions(twins.flatMap { twin in actions.map { UInt32(twin.action(Int($0))) } })
      try play.poisonOutcomes()
      try play.step()
      if let difference = try differentResult(play) { return "step \(step), \(difference)" }
      try play.resetWhereDone()
      try play.observe()
    }
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
    guard candidates.allSatisfy({ $0.count == 1 }), Set(candidates.joined()).count == elements.count else {
      return "the games were too short to tell the elements apart"
    }
    return candidates[0] == [0] ? nil : "the identity does not come first"
  }

  /// Rewards, ends and outcomes of all images are those of the games themselves.
  private func differentResult(_ play: EnvironmentPlay) throws -> String? {
    let (dones, outcomes) = try (play.dones(), play.outcomes())
    var rewards = try [play.rewards()]
    if let shaped = try play.shapedRewards() { rewards.append(shaped) }
    for image in starts.count..<dones.count {
      let (number, start) = image.quotientAndRemainder(dividingBy: starts.count)
      guard dones[image] == dones[start] else { return "element \(number): another end" }
      for values in rewards
      where part(values, image, of: environment.agentCount) != part(values, start, of: environment.agentCount) {
        return "element \(number): other rewards"
      }
      let count = environment.outcomeCount
      if dones[start], part(outcomes, image, of: count) != part(outcomes, start, of: count) {
        return "element \(number): other outcomes"
      }
    }
    return nil
  }

  private func part(_ values: [Float], _ index: Int, of count: Int) -> ArraySlice<Float> {
    values[index * count..<(index + 1) * count]
  }
}
