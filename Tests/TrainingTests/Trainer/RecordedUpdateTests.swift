// What `crossplay doctor` holds devices against: updates as the twins compute them in float64, as part of the binary.
//
// A change of what an update computes records them anew: `CROSSPLAY_RECORD=1 swift test --filter RecordedUpdateTests`.
import CShaders
import Doctor
import Foundation
import Networks
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct RecordedUpdateTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Sources/Doctor/Recorded/updates.json").standardizedFileURL

  @Test func theBinaryHoldsWhatTheTwinsCompute() throws {
    let device = try TestDevice.make()
    var updates: [String: RecordedUpdate] = [:]
    for (name, overrides) in SmallTraining.probed {
      let configuration = try SmallTraining.probe(overrides)
      let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
      let probe = try trainer.probeUpdate(state: SmallTraining.state, shift: SmallTraining.shift)
      updates[name] = try RecordedUpdate(twinOf: trainer, after: probe)
    }
    device.requireNoValidationMessages()
    if ProcessInfo.processInfo.environment["CROSSPLAY_RECORD"] != nil {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return try encoder.encode(updates).write(to: Self.file)
    }
    let recorded = try Recorded.embedded().updates
    #expect(recorded.keys.sorted() == updates.keys.sorted())
    for (name, update) in updates {
      let recorded = try #require(recorded[name])
      #expect(recorded.actions == update.actions, "\(name)")
      for part in [\RecordedUpdate.logProbabilities, \.values, \.advantages, \.gradient, \.step] {
        let (old, new) = (recorded[keyPath: part].numbers, update[keyPath: part].numbers)
        let size = new.map(abs).max() ?? 0
        #expect(old.count == new.count && size > 0)
        let apart = zip(old, new).map { abs($0 - $1) }.max() ?? .infinity
        // Old log-probabilities and values in the loss are those of the device.
        #expect(apart <= 1e-5 * size, "\(name): \(apart) of \(size)")
      }
    }
  }
}

extension RecordedUpdate {
  /// The rollout and the step of a training of one epoch and one minibatch, from observations, legal actions, rewards and
  /// ends of episodes as the games gave them.
  init(twinOf trainer: Trainer, after probe: UpdateProbe) throws {
    let (shape, transitions) = (trainer.shape, trainer.parts.buffers.transitions)
    let (run, layout) = (trainer.runs[0], trainer.layout)
    let dones = try transitions.dones.read(run: 0).map { $0 != 0 }
    let masks = try transitions.legalMasks.read(run: 0)
    let network = PolicyNetworkTwin(
      trainer.architecture, parameters: doubles(OrthogonalInitializer.parameters(layout, seeds: [run.seed])))
    let outputs = network.forward(try trainer.observedFeatures(run: 0), Self.sequences(trainer, dones))
    var (actions, logProbabilities): ([UInt32], [Double]) = ([], [])
    for row in 0..<shape.rows {
      let mask = masks.dropFirst(row * shape.maskWords).prefix(shape.maskWords)
      let legal = Set(trainer.environment.legalActions(inMask: mask))
      let drawn = SampleActions.sample(
        outputs.logits[row], legal: (0..<shape.actions).map { legal.contains($0) },
        u: SampleActions.uniform(seed: run.seed, row: row, update: 0))
      actions.append(UInt32(drawn.action))
      logProbabilities.append(drawn.logProbability)
    }
    let h = run.hyperparameters
    let advantages = ComputeGAE(
      steps: shape.steps, environments: shape.environments, agents: shape.agents, gamma: h.gamma, lambda: h.gaeLambda
    ).advantages(rewards: doubles(try transitions.rewards.read(run: 0)), dones: dones, values: outputs.values)
    let moved = doubles(probe.parameters)
    let gradient = try WholeLoss(trainer).gradient(moved)
    var adam = Adam(parameters: moved, beta1: h.adamBeta1, beta2: h.adamBeta2, epsilon: h.adamEpsilon)
    adam.step(
      gradient,
      PrepareStep(
        gradient: gradient, step: 1, learningRate: h.learningRate, beta1: h.adamBeta1, beta2: h.adamBeta2,
        maxNorm: h.maxGradientNorm))
    self.init(
      actions: actions, logProbabilities: logProbabilities, values: outputs.values, advantages: advantages,
      gradient: gradient, step: zip(adam.parameters, moved).map { $0 - $1 })
  }

  /// Of recurrent networks: every actor from its first state through the rollout and the observation behind it.
  private static func sequences(_ trainer: Trainer, _ dones: [Bool]) -> GRULayer.Sequences? {
    guard let width = trainer.architecture.gru, let padded = trainer.shape.hiddenWidth else { return nil }
    let shape = trainer.shape
    return GRULayer.Sequences(
      firstStates: (0..<shape.rowsPerStep).map { actor in
        (0..<width).map { Double(SmallTraining.state(actor * padded + $0)) }
      },
      resets: (0..<shape.rows + shape.rowsPerStep).map { row in
        let (t, actor) = row.quotientAndRemainder(dividingBy: shape.rowsPerStep)
        return t > 0 && dones[(t - 1) * shape.environments + actor / shape.agents]
      })
  }
}
