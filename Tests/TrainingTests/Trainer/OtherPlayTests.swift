// Other-Play: what policies see and do is the image of what environments show and get, under symmetries that are drawn
// by position.
import CShaders
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Networks
@testable import Training

@Suite(.serialized) struct OtherPlayTests {
  static let colors = "other_play=[colors]"

  /// Dense observations, lists, wide actions and masks of several words.
  static let games: [[String]] = [
    ["environment={name: hanabi, preset: tiny, players: 3, colors: 3}", colors],
    [
      "environment={name: overcooked, random_reset: true, max_steps: 5, shaping_weight: 0, "
        + "grid: [WBOPOBW, B0   1B, O     O, P  X  P, O     O, B     B, WBOPOBW]}", "other_play=[grid]",
    ],
    [
      "environment={name: yokai, colors: 2, cards_per_color: 2, grid_size: 4, hint_counts: [1, 0, 0]}",
      "other_play=[grid, colors]",
    ],
  ]

  private func trainer(_ device: Device, _ overrides: [String]) throws -> Trainer {
    let configuration = try tinyConfiguration(overrides)
    return try Trainer(configuration: configuration, runs: configuration.runs, device: device)
  }

  /// One update, played again step by step with the actions that the environments were given.
  @Test(arguments: games, [DeviceProfile.graphics] + TestDevice.computing)
  func policiesSeeImagesAndEnvironmentsGetTheOriginals(game: [String], profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let trainer = try trainer(
      device, game + FirstMinibatchTests.onePass + ["rollout_length=14", "total_env_steps=112"])
    try trainer.train(updates: 1)
    let (parts, shape) = (trainer.parts, trainer.shape)
    let elements = try #require(parts.otherPlay).table.symmetries.elements
    let buffers = parts.buffers
    for run in 0..<2 {
      let symmetries = try #require(try buffers.otherPlay?.symmetries.read(run: run)).map { elements[Int($0)] }
      #expect(Set(symmetries).count > 1)
      let (seen, masks) = try (
        buffers.transitions.observations.read(run: run), buffers.transitions.legalMasks.read(run: run)
      )
      let (chosen, given) = try (buffers.actions.read(run: run), buffers.transitions.actions.read(run: run))
      let (rewards, dones) = try (buffers.transitions.rewards.read(run: run), buffers.transitions.dones.read(run: run))
      let play = try EnvironmentPlay(
        trainer.environment, seeds: [trainer.runs[run].seed], environments: shape.environments, device: device)
      var images: [[Float]] = []
      for t in 0...shape.steps {
        let first = t * shape.rowsPerStep
        let words = first * shape.observationWords..<(first + shape.rowsPerStep) * shape.observationWords
        #expect(try play.packedObservations() == Array(seen[words]), "observations are kept as they are")
        for (row, (legal, observation)) in try zip(play.legalActions(), play.observations()).enumerated() {
          let symmetry = symmetries[first + row]
          let mask = masks[(first + row) * shape.maskWords..<(first + row + 1) * shape.maskWords]
          #expect(trainer.environment.legalActions(inMask: mask) == legal.map { symmetry.actions[$0] }.sorted())
          var image = observation
          for (feature, value) in observation.enumerated() { image[symmetry.features[feature]] = value }
          images.append(image)
          guard t < shape.steps else { continue }
          #expect(legal.contains(Int(given[first + row])))
          #expect(symmetry.actions[Int(given[first + row])] == Int(chosen[first + row]))
        }
        guard t < shape.steps else { break }
        try play.setActions(Array(given[first..<first + shape.rowsPerStep]))
        try play.step()
        #expect(try play.rewards() == Array(rewards[first..<first + shape.rowsPerStep]))
        let ended = dones[t * shape.environments..<(t + 1) * shape.environments].map { $0 != 0 }
        #expect(try play.dones() == ended)
        try play.resetWhereDone()
        try play.observe()
      }
      #expect(dones.contains(1))
      // The learner's workspace still holds all rows of its only minibatch.
      let indices = try parts.chunk.rowIndices.read(run: run).prefix(shape.rows).map(Int.init)
      let inputs = try inputs(parts, run: run, of: indices)
      for (place, row) in indices.enumerated() { #expect(inputs[place] == images[row], "row \(row)") }
      try FirstMinibatchTests.expectLogProbabilities(trainer, run: run)
    }
    device.requireNoValidationMessages()
  }

  /// Inputs of the first layer, (rows, D), also where they are lists, in the workspace or of the whole rollout.
  private func inputs(_ parts: TrainerParts, run: Int, of rows: [Int]) throws -> [[Float]] {
    let features = parts.network.architecture.inputs
    switch parts.network.workspace.inputs {
    case .dense(let x, _):
      let values = try x.read(run: run)
      let pitch = ParameterLayout.padded(features)
      return rows.indices.map { Array(values[$0 * pitch..<$0 * pitch + features]) }
    case .listed(let own):
      let rollout = parts.buffers.lists
      let (entries, lengths) = try (
        (rollout?.entries ?? own.entries).read(run: run), (rollout?.lengths ?? own.lengths).read(run: run)
      )
      let staticEntries = try own.staticEntries.read()
      return rows.enumerated().map { position, row in
        let list = rollout == nil ? position : row
        var values = [Float](repeating: 0, count: features)
        let listed = entries[list * own.capacity..<list * own.capacity + Int(lengths[list])]
        for entry in staticEntries + listed { values[Int(entry & 0xFFFF)] += Float(Int32(bitPattern: entry) >> 16) }
        return values
      }
    }
  }

  /// The same draw in all steps of an episode, another one in the next, by seed, environment, episode and seat.
  @Test func aSymmetryIsDrawnForEverySeatOfEveryEpisode() throws {
    let device = try TestDevice.make()
    let trainer = try trainer(
      device, ["environment.preset=full", "environment.life_tokens=1", "seeds=2", "rollout_length=12", Self.colors])
    let shape = trainer.shape
    var episodes = [[Int]](repeating: Array(repeating: 0, count: shape.environments), count: 2)
    var drawn: Set<UInt32> = []
    for _ in 0..<3 {
      try trainer.train(updates: 1)
      for run in 0..<2 {
        let symmetries = try #require(try trainer.parts.buffers.otherPlay?.symmetries.read(run: run))
        let dones = try trainer.parts.buffers.transitions.dones.read(run: run)
        drawn.formUnion(symmetries)
        for t in 0...shape.steps {
          for n in 0..<shape.environments {
            if t > 0 { episodes[run][n] += Int(dones[(t - 1) * shape.environments + n]) }
            for seat in 0..<shape.agents {
              let words = CounterRandom.words(
                seed: trainer.runs[run].seed, purpose: PURPOSE_SYMMETRY, UInt32(n), UInt32(episodes[run][n]),
                UInt32(seat))
              #expect(
                symmetries[(t * shape.environments + n) * shape.agents + seat]
                  == CounterRandom.index(words.x, below: 120))
            }
          }
        }
      }
    }
    #expect(episodes.joined().allSatisfy { $0 > 0 } && drawn.count > 12)
    device.requireNoValidationMessages()
  }

  @Test(arguments: [1, 2])
  func aRunDoesNotDependOnItsNeighbours(windowLimit: Int) throws {
    let device = try TestDevice.make()
    let together = try tinyTrainer(device, "seeds=3", Self.colors)
    let parted = try tinyTrainer(device, "seeds=3", Self.colors, windowLimit: windowLimit)
    let alone = try tinyTrainer(device, "seeds=[2]", Self.colors)
    let plain = try tinyTrainer(device, "seeds=[2]")
    let metrics = try together.train(updates: 3)
    #expect(try parted.train(updates: 3) == metrics)
    for (one, all) in try zip(alone.train(updates: 3), metrics) { #expect(one[0].agrees(with: all[2])) }
    for run in 0..<3 { #expect(try parted.state(run: run) == together.state(run: run)) }
    #expect(try alone.state(run: 0) == together.state(run: 2))
    try plain.train(updates: 3)
    #expect(try plain.weightHash(run: 0) != alone.weightHash(run: 0))
    device.requireNoValidationMessages()
  }

  /// Sequences replay what the rollout saw: every ratio is 1 in the first minibatch.
  @Test func aRecurrentPolicyLearnsFromWhatItSaw() throws {
    let device = try TestDevice.make()
    let trainer = try trainer(
      device, FirstMinibatchTests.onePass + [Self.colors, "network={trunk: [8], gru: 8, actor: [8], critic: [8]}"])
    for _ in 0..<3 {
      let metrics = try trainer.train(updates: 1)[0]
      #expect(metrics.allSatisfy { abs($0.approximateKL) < 1e-6 && $0.clipFraction == 0 && $0.firstNotFinite == nil })
    }
    device.requireNoValidationMessages()
  }

  @Test func aResumedTrainingGivesTheSameBytes() throws {
    let device = try TestDevice.make()
    let (whole, firstHalf) = try (tinyTrainer(device, Self.colors), tinyTrainer(device, Self.colors))
    let secondHalf = try tinyTrainer(try TestDevice.make(), Self.colors)
    let expected = try whole.train(updates: 4)
    try firstHalf.train(updates: 2)
    for (source, target) in zip(firstHalf.persistentBuffers, secondHalf.persistentBuffers) {
      var bytes = [UInt8](repeating: 0, count: source.byteCount)
      try bytes.withUnsafeMutableBytes { try source.readBytes(0..<source.byteCount, into: $0) }
      try bytes.withUnsafeBytes { try target.writeBytes($0) }
    }
    secondHalf.didRestore(updates: 2)
    #expect(try secondHalf.train(updates: 2) == Array(expected[2...]))
    #expect(try secondHalf.state(run: 0) == whole.state(run: 0))
    #expect(
      try whole.persistentBuffers.contains { try $0.name == "other_play_episodes" && $0.bytes(run: 0).max() != 0 })
    device.requireNoValidationMessages()
  }

  @Test(arguments: [
    ("other_play=[colours]", "colours is not a symmetry of this game; hanabi with these parameters has colors"),
    ("other_play=colors", "other_play = colors; expected a list of the game's symmetries, such as [colors]"),
    ("other_play=[colors, colors]", "other_play = [colors, colors]; expected each name once"),
  ])
  func whatTheGameDoesNotHaveIsRefused(override: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      let configuration = try tinyConfiguration([override])
      _ = try configuration.otherPlaySymmetries(of: configuration.makeEnvironment())
    }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    #expect(error?.key == "other_play")
  }

  @Test func theListIsWrittenAndReadAgain() throws {
    let configuration = try tinyConfiguration([Self.colors])
    #expect(configuration.otherPlay == ["colors"])
    #expect(try TrainingConfiguration(yaml: configuration.yaml(), file: "again.yaml") == configuration)
    #expect(try tinyConfiguration() != configuration)
    #expect(try tinyConfiguration().otherPlay.isEmpty)
  }
}
