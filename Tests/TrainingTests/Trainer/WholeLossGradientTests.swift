// The whole chain from rollout rows to the gradient by the parameters, against a float64 loss function of them.
import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Networks
@testable import Training

@Suite(.serialized) struct WholeLossGradientTests {
  static let networks = [
    "network={trunk: [6], actor: [5], critic: [4], activation: tanh}",
    "network={trunk: [6], actor: [5], critic: [4], activation: relu}",
    "network={trunk: [], actor: [6], critic: [5], activation: tanh}",
    "network={trunk: [], actor: [6], critic: [5], activation: relu}",
    "network={trunk: [6], gru: 5, actor: [5], critic: [4], activation: tanh}",
    "network={trunk: [], gru: 7, actor: [], critic: [], activation: relu}",
    "network={trunk: [6], actor: [5], critic: [4], activation: tanh, layer_norm: true}",
    "network={trunk: [6], gru: 5, actor: [5], critic: [4], activation: relu, layer_norm: true}",
  ]

  /// Dense observations, and lists with first layers of both kinds.
  static let cases =
    networks.map { ["environment={name: hanabi, preset: tiny}", $0] }
    + [networks[0], networks[3], networks[5], networks[6]].map {
      ["environment={name: overcooked, layout: cramped_room}", $0]
    }

  @Test(arguments: cases, TestDevice.computing)
  func theGradientIsThatOfTheWholeLoss(overrides: [String], profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let trainer = try tinyTrainer(
      device, overrides[0], overrides[1], "environments=3", "rollout_length=5", "epochs=1", "minibatches=1",
      "total_env_steps=15",
      "entropy_coefficient=0.2", "clip_epsilon=0.15")
    try expectTheGradient(of: trainer)
    device.requireNoValidationMessages()
  }

  /// Of the second of two minibatches, where the step before it was too small to be seen.
  @Test(
    arguments: [
      "advantage_normalisation=minibatch", "advantage_normalisation=batch", "advantage_normalisation=none",
      "value_clipping=false", "value_normalisation=true",
    ], TestDevice.computing)
  func theGradientIsThatOfTheLossThatWasChosen(choice: String, profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let trainer = try tinyTrainer(
      device, Self.networks[0], "environments=4", "rollout_length=5", "epochs=1", "minibatches=2",
      "total_env_steps=20", "learning_rate=1e-12", "entropy_coefficient=0.2", "clip_epsilon=0.15", choice)
    try expectTheGradient(of: trainer)
    device.requireNoValidationMessages()
  }

  /// Plays a rollout, moves the policy, and compares the gradient of the last minibatch.
  private func expectTheGradient(of trainer: Trainer) throws {
    // Hidden states that are not those of a beginning.
    let probe = try trainer.probeUpdate(
      state: { TestNumbers.uniform(1800, $0, scale: 0.7) }, shift: { TestNumbers.uniform(1700, $0, scale: 0.4) })
    let (parameters, gradient, layout) = (probe.parameters, probe.gradient, trainer.layout)

    let loss = try WholeLoss(trainer)
    let expected = loss.gradient(doubles(parameters))
    for (position, found) in gradient.enumerated() {
      // Padding included: there the twin is exactly 0.
      #expect(agree(found, expected[position], within: 1e-5), "parameter \(position)")
    }
    for layer in layout.layers {
      for position in [0, layer.outputs + 2].compactMap({ layer.weightPlaces.dropFirst($0).first }) + [layer.biasOffset]
      {
        var (low, high) = (doubles(parameters), doubles(parameters))
        low[position] -= 1e-6
        high[position] += 1e-6
        let difference = (loss.value(high) - loss.value(low)) / 2e-6
        #expect(abs(difference - Double(gradient[position])) < 2e-5, "\(layer.name), parameter \(position)")
      }
    }
    #expect(loss.clippedRows(doubles(parameters)) > 0)
  }
}

/// The loss of the last minibatch of an update, which is one chunk, as a function of the parameters, in float64.
struct WholeLoss {
  private let architecture: NetworkArchitecture
  private let loss: PPOLoss
  private let rows: [PPOLoss.Row]
  private let inputs: [[Double]]
  private let sequences: GRULayer.Sequences?

  /// Reads what the rollout kept.
  init(_ trainer: Trainer) throws {
    let (parts, shape) = (trainer.parts, trainer.shape)
    let buffers = parts.buffers
    let indices = try parts.chunk.rowIndices.read(run: 0).prefix(shape.minibatchRows).map(Int.init)
    let (masks, actions) = try (buffers.transitions.legalMasks.read(run: 0), buffers.actions.read(run: 0))
    let (logProbabilities, values) = try (buffers.logProbabilities.read(run: 0), buffers.values.read(run: 0))
    let advantages = try doubles(buffers.advantages.read(run: 0))
    architecture = trainer.architecture
    rows = indices.map { row in
      let mask = masks.dropFirst(row * shape.maskWords).prefix(shape.maskWords)
      let legal = Set(trainer.environment.legalActions(inMask: mask))
      return PPOLoss.Row(
        legal: (0..<shape.actions).map { legal.contains($0) }, action: Int(actions[row]),
        oldLogProbability: Double(logProbabilities[row]), oldValue: Double(values[row]), advantage: advantages[row])
    }
    let observed = try trainer.observedFeatures(run: 0)
    inputs = indices.map { observed[$0] }
    sequences = try Self.sequences(trainer, indices)
    let h = trainer.runs[0].hyperparameters
    let scalars = try parts.scalars.stepScalars.read(run: 0)
    let moments =
      switch trainer.configuration.advantageNormalisation {
      case .minibatch: AdvantageMoments(indices.map { advantages[$0] })
      case .batch: AdvantageMoments(advantages)
      case .none: AdvantageMoments(mean: 0, scale: 1)
      }
    loss = PPOLoss(
      clipEpsilon: h.clipEpsilon, valueCoefficient: h.valueCoefficient, entropyCoefficient: h.entropyCoefficient,
      moments: moments, minibatchRows: shape.minibatchRows, clipsValues: trainer.configuration.valueClipping,
      values: (Double(scalars[Int(STEP_VALUE_MEAN)]), Double(scalars[Int(STEP_VALUE_SCALE)])),
      targets: (Double(scalars[Int(STEP_TARGET_MEAN)]), Double(scalars[Int(STEP_TARGET_SCALE)])))
  }

  /// Of recurrent networks: states as the rollout began with them, resets by the ends of episodes in the rollout.
  private static func sequences(_ trainer: Trainer, _ indices: [Int]) throws -> GRULayer.Sequences? {
    let (parts, shape) = (trainer.parts, trainer.shape)
    guard let width = trainer.architecture.gru, let padded = shape.hiddenWidth,
      let first = parts.chunk.sequences?.firstStates
    else { return nil }
    let (states, dones) = try (doubles(first.read(run: 0)), parts.buffers.transitions.dones.read(run: 0))
    return GRULayer.Sequences(
      firstStates: indices.prefix(shape.rowsPerStep).map { actor in
        Array(states[actor * padded..<actor * padded + width])
      },
      resets: indices.map { row in
        let (t, actor) = row.quotientAndRemainder(dividingBy: shape.rowsPerStep)
        return t > 0 && dones[(t - 1) * shape.environments + actor / shape.agents] != 0
      })
  }

  func value(_ parameters: [Double]) -> Double {
    let outputs = PolicyNetworkTwin(architecture, parameters: parameters).forward(inputs, sequences)
    return loss.loss(rows, logits: outputs.logits, values: outputs.values)
  }

  func gradient(_ parameters: [Double]) -> [Double] {
    let network = PolicyNetworkTwin(architecture, parameters: parameters)
    let outputs = network.forward(inputs, sequences)
    return network.gradient(
      outputs, logits: rows.indices.map { loss.logitGradient(rows[$0], logits: outputs.logits[$0]) },
      values: rows.indices.map { loss.valueGradient(rows[$0], value: outputs.values[$0]) })
  }

  /// Rows whose ratio has left the clip range.
  func clippedRows(_ parameters: [Double]) -> Int {
    let outputs = PolicyNetworkTwin(architecture, parameters: parameters).forward(inputs, sequences)
    return rows.indices.count {
      loss.terms(rows[$0], logits: outputs.logits[$0], value: outputs.values[$0]).clipFraction > 0
    }
  }
}
