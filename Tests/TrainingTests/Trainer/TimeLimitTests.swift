// `bootstrap_at_time_limit`: an episode that is cut off counts the value of its last observation.
import CShaders
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct TimeLimitTests {
  /// Rollouts of 6 steps in which an episode of 7 ends, in every second one at another step.
  private func trainer(_ device: Device, _ overrides: String...) throws -> Trainer {
    let configuration = try tinyConfiguration(
      [
        "environment={name: overcooked, max_steps: 7}", "environments=3", "rollout_length=6", "total_env_steps=360",
        "minibatches=1", "bootstrap_at_time_limit=true",
      ] + overrides)
    return try Trainer(configuration: configuration, runs: configuration.runs, device: device)
  }

  /// The packed observations at the ends of episodes, by a replay of the rollout's actions from its beginning.
  private func replayedEnds(_ trainer: Trainer, rollouts: [[UInt32]], on device: Device) throws -> [Int: [UInt32]] {
    let shape = trainer.shape
    let table = BufferTable(device: device)
    let games = try VectorEnvironment(
      environment: trainer.environment, runs: 1, environmentsPerRun: shape.environments, device: device, table: table)
    let transitions = Transitions(
      of: trainer.environment, runs: 1, environments: shape.environments, steps: shape.steps, keepsLast: true,
      table: table)
    try table.allocate()
    try games.initialize(seeds: [trainer.runs[0].seed])
    try device.run { games.recordFirstEpisodes($0, runs: 0..<1, of: transitions) }
    var ends: [Int: [UInt32]] = [:]
    for actions in rollouts {
      ends = [:]
      try transitions.actions.write(actions, run: 0)
      for step in 0..<shape.steps {
        try device.run { recorder in
          games.recordStep(recorder, runs: 0..<1, step: step, of: transitions)
          games.recordObserve(recorder, runs: 0..<1, step: step + 1, into: transitions)
        }
        let (dones, words) = try (transitions.dones.read(run: 0), transitions.observations.read(run: 0))
        for seat in 0..<shape.rowsPerStep where dones[step * shape.environments + seat / shape.agents] != 0 {
          let row = (step + 1) * shape.rowsPerStep + seat
          ends[seat] = Array(words[row * shape.observationWords..<(row + 1) * shape.observationWords])
        }
        try device.run { games.recordReset($0, runs: 0..<1, step: step, of: transitions) }
      }
    }
    return ends
  }

  @Test(arguments: TestDevice.computing)
  func theLastObservationOfAnEpisodeHasItsValue(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let trainer = try trainer(device)
    let (parts, shape) = (trainer.parts, trainer.shape)
    var rollouts: [[UInt32]] = []
    // The third one ends episodes after its second step.
    for _ in 0..<3 {
      try device.run { recorder in
        try parts.recordRollout(recorder, runs: 0..<1)
        parts.learner.recordComputeAdvantages(recorder, runs: 0..<1)
      }
      rollouts.append(try parts.buffers.transitions.actions.read(run: 0))
    }
    let ends = try replayedEnds(trainer, rollouts: rollouts, on: device)
    #expect(ends.count == shape.rowsPerStep)
    let (words, first) = (
      try parts.buffers.transitions.observations.read(run: 0), (shape.steps + 1) * shape.rowsPerStep
    )
    for (seat, observation) in ends {
      let place = (first + seat) * shape.observationWords
      #expect(Array(words[place..<place + shape.observationWords]) == observation, "seat \(seat)")
    }
    let features = try trainer.observedFeatures(run: 0)
    let twin = PolicyNetworkTwin(trainer.architecture, parameters: doubles(try trainer.parameters(run: 0)))
    let expected = twin.forward(features, nil).values
    let values = try parts.buffers.values.read(run: 0)
    #expect(values.count >= expected.count)
    for (found, expected) in zip(values, expected) { #expect(agree(found, expected, within: 1e-5)) }
    let h = trainer.runs[0].hyperparameters
    let advantages = ComputeGAE(
      steps: shape.steps, environments: shape.environments, agents: shape.agents, gamma: h.gamma, lambda: h.gaeLambda
    ).advantages(
      rewards: doubles(try parts.buffers.transitions.rewards.read(run: 0)),
      dones: try parts.buffers.transitions.dones.read(run: 0).map { $0 != 0 },
      values: doubles(values), ends: doubles(Array(values[first..<first + shape.rowsPerStep])))
    for (found, expected) in zip(try parts.buffers.advantages.read(run: 0), advantages) {
      #expect(agree(found, expected, within: 1e-5))
    }
    device.requireNoValidationMessages()
  }

  /// With Other-Play the last observation is seen as the episode was.
  @Test func anEndKeepsTheSymmetryOfItsEpisode() throws {
    let device = try TestDevice.make()
    let configuration = try tinyConfiguration([
      "environment={name: overcooked_v2, layout: grounded_coord_simple, max_steps: 5, "
        + "op_ingredient_permutations: [0, 1]}",
      "environments=6", "rollout_length=5", "total_env_steps=300", "minibatches=1", "bootstrap_at_time_limit=true",
    ])
    var playing = configuration
    playing.otherPlay = try configuration.makeEnvironment().symmetryFamilies.map(\.name)
    let trainer = try Trainer(configuration: playing, runs: playing.runs, device: device)
    try trainer.train(updates: 1)
    let shape = trainer.shape
    let symmetries = try #require(trainer.parts.buffers.otherPlay?.symmetries).read(run: 0)
    let blocks = stride(from: 0, to: symmetries.count, by: shape.rowsPerStep).prefix(shape.steps + 2).map {
      Array(symmetries[$0..<$0 + shape.rowsPerStep])
    }
    // All episodes ended with the rollout, and have a symmetry each; the next ones have their own.
    #expect(blocks[shape.steps + 1] == blocks[shape.steps - 1] && Set(blocks[0]).count > 1)
    #expect(blocks[shape.steps] != blocks[shape.steps - 1])
    device.requireNoValidationMessages()
  }

  /// A run is the same alone, among others in one window, and in a window of its own; and in every family up to rounding.
  @Test func windowsAndFamiliesAgree() throws {
    let device = try TestDevice.make()
    func hashes(windowLimit: Int, seeds: String) throws -> [ContentHash] {
      let configuration = try tinyConfiguration(
        [
          "environment={name: overcooked, max_steps: 7}", "environments=3", "rollout_length=6", "total_env_steps=360",
          "minibatches=1", "bootstrap_at_time_limit=true", "seeds=\(seeds)",
        ])
      let trainer = try Trainer(
        configuration: configuration, runs: configuration.runs, device: device, windowLimit: windowLimit)
      try trainer.train(updates: 3)
      return try configuration.runs.indices.map { try trainer.weightHash(run: $0) }
    }
    let together = try hashes(windowLimit: 3, seeds: "[4, 5, 6]")
    #expect(try hashes(windowLimit: 1, seeds: "[4, 5, 6]") == together)
    #expect(try hashes(windowLimit: 1, seeds: "[6]") == [together[2]])
    let trainings = try TestDevice.computing.map { profile in
      try trainer(TestDevice.make(profile: profile)).train(updates: 3).map { $0[0] }
    }
    expectSameTraining(trainings)
    let without = try trainer(device, "bootstrap_at_time_limit=false")
    let with = try trainer(device)
    try without.train(updates: 2)
    try with.train(updates: 2)
    #expect(try without.weightHash(run: 0) != with.weightHash(run: 0))
    device.requireNoValidationMessages()
  }
}
