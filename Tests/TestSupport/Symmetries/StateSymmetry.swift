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
  public func run(steps: Int, device: Device) throws {
    try #require(elements.count == twins.count && twins.count > 1)
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
    let inverses = elements.map { $0.inverse.features }
    for step in 0..<steps {
      let states = try play.states()
      let (observations, legal) = try (play.observations(), play.legalActions())
      for (number, twin) in twins.enumerated() {
        for start in starts.indices {
          let image = number * starts.count + start
          #expect(
            twin.decode(states[image]) == twin.state(twin.decode(states[start])),
            "state of step \(step), element \(number)\n\(environment.render(state: states[start]))")
          for seat in 0..<seats {
            let (row, imageRow) = (start * seats + seat, image * seats + seat)
            #expect(Set(legal[imageRow]) == Set(legal[row].map(twin.action)), "step \(step), element \(number)")
            candidates[number].removeAll { element in
              !observations[imageRow].elementsEqual(inverses[element].lazy.map { observations[row][$0] })
            }
          }
        }
        try #require(!candidates[number].isEmpty, "no symmetry of the table is element \(number) (step \(step))")
      }
      try play.chooseRandomly()
      let actions = try play.actions().prefix(starts.count * seats)
      try play.setActions(twins.flatMap { twin in actions.map { UInt32(twin.action(Int($0))) } })
      try play.poisonOutcomes()
      try play.step()
      try requireEqualResults(play, step: step)
      try play.resetWhereDone()
      try play.observe()
    }
    #expect(candidates.allSatisfy { $0.count == 1 }, "the games were too short to tell the elements apart")
    #expect(Set(candidates.joined()).count == elements.count)
    #expect(candidates[0] == [0])
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
  }

  /// Rewards, ends and outcomes of all images are those of the games themselves.
  private func requireEqualResults(_ play: EnvironmentPlay, step: Int) throws {
    let (dones, outcomes) = try (play.dones(), play.outcomes())
    var rewards = try [play.rewards()]
    if let shaped = play.vector.shapedRewards { rewards.append(try shaped.read(run: 0)) }
    for image in starts.count..<dones.count {
      let start = image % starts.count
      #expect(dones[image] == dones[start], "step \(step)")
      for values in rewards {
        #expect(slice(values, image, environment.agentCount) == slice(values, start, environment.agentCount))
      }
      if dones[start] {
        #expect(slice(outcomes, image, environment.outcomeCount) == slice(outcomes, start, environment.outcomeCount))
      }
    }
  }

  private func slice(_ values: [Float], _ index: Int, _ count: Int) -> ArraySlice<Float> {
    values[index * count..<(index + 1) * count]
  }
}
