// A rollout in one dispatch leaves the bytes of the same rollout step by step, its slow twin, and so does one whose choices and
// turns are one kernel.
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct PersistentRolloutTests {
  /// Dense observations and lists, with and without a trunk, heads of different depth, both activations, one word and four of an
  /// observation at a time, actions in pairs, outcomes, shaped rewards, three seats, half-filled workgroups; more steps than
  /// one dispatch plays; fewer rows in a workgroup for wider layers; rounded operands.
  static let trainings: [[String]] = [
    ["environments=5", "rollout_length=260", "total_env_steps=1e5", "minibatches=1", "seeds=3"],
    [
      "environment={name: overcooked, max_steps: 13}", "environments=9", "rollout_length=24", "total_env_steps=1e5",
      "network={trunk: [], actor: [16, 24], critic: [8], activation: tanh}", "minibatches=1",
    ],
    ["environment={name: levers, players: 3, levers: 40, rounds: 2}", "environments=7", "minibatches=1", "seeds=2"],
    [
      "environment={name: yokai, action_mode: cell, shaping_weight: 0.5}", "environments=5", "rollout_length=16",
      "minibatches=1",
    ],
    [
      "environment={name: overcooked_v2, layout: cramped_room, max_steps: 11}", "environments=9",
      "rollout_length=16", "network={trunk: [24], actor: [16], critic: [], activation: relu}",
    ],
    ["environments=9", "network={trunk: [128], actor: [128], critic: [128], activation: relu}", "minibatches=1"],
    ["environments=9", "precision=mixed", "network={trunk: [24], actor: [], critic: [8], activation: relu}"],
  ]

  private static func profile(_ rollouts: DeviceProfile.Rollouts, _ profile: DeviceProfile = .graphics) -> DeviceProfile
  {
    var profile = profile
    profile.rollouts = rollouts
    return profile
  }

  private struct Training {
    let trainer: Trainer
    let device: Device

    init(_ overrides: [String], _ profile: DeviceProfile) throws {
      device = try TestDevice.make(profile: profile)
      let configuration = try tinyConfiguration(overrides)
      trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
    }

    /// What the last rollout has left, and what a checkpoint would hold.
    func bytes() throws -> [String: [UInt8]] {
      let buffers = trainer.parts.buffers
      let transitions = buffers.transitions
      let rollout: [AnyBuffer?] = [
        transitions.observations, transitions.legalMasks, transitions.actions, transitions.rewards, transitions.dones,
        transitions.shapedRewards, transitions.outcomes, buffers.logProbabilities, buffers.values,
      ]
      var bytes: [String: [UInt8]] = [:]
      for buffer in trainer.persistentBuffers + rollout.compactMap({ $0 }) {
        for run in 0..<buffer.runCount { bytes["\(buffer.name) \(run)"] = try buffer.bytes(run: run) }
      }
      return bytes
    }
  }

  @Test(arguments: trainings)
  func leavesTheBytesOfEnvStepsOneByOne(overrides: [String]) throws {
    try Self.expectSameBytes(overrides, .graphics)
  }

  /// Choices with turns in one kernel where networks are large, normalised or have a time loop.
  @Test(
    arguments: [
      ["environments=21", "network={trunk: [512], actor: [512], critic: [8], activation: relu}"],
      ["environments=21", "network={trunk: [8], actor: [8], critic: [8], activation: relu, layer_norm: true}"],
      ["environments=21", "network={trunk: [8], gru: 8, actor: [8], critic: [8], activation: relu}"],
      [
        "environments=21", "environment={name: overcooked, max_steps: 5}",
        "network={trunk: [], gru: 8, actor: [8], critic: [8], activation: tanh}",
      ],
    ])
  func choicesAndTurnsInOneKernelLeaveTheSameBytes(overrides: [String]) throws {
    let apart = try Training(overrides + ["minibatches=1"], Self.profile(.apart))
    let joined = try Training(overrides + ["minibatches=1"], .graphics)
    let steps = apart.trainer.shape.steps
    #expect(joined.trainer.parts.rollout.pieces.count == steps)
    #expect(joined.trainer.commandsPerUpdate.stages == apart.trainer.commandsPerUpdate.stages - steps)
    try Self.expectSameBytes([apart, joined])
  }

  /// Contiguous states and weights through texel buffers.
  @Test func theLayoutOfStatesDoesNotMatter() throws {
    let profile = DeviceProfile(loads: .texel, matrixMultiply: .shared, stateLayout: .arrayOfStructures)
    try Self.expectSameBytes(["environments=9", "minibatches=1"], profile)
  }

  private static func expectSameBytes(_ overrides: [String], _ profile: DeviceProfile) throws {
    let stepwise = try Training(overrides, Self.profile(.stepwise, profile))
    let persistent = try Training(overrides, Self.profile(.persistent, profile))
    let steps = stepwise.trainer.shape.steps
    #expect(stepwise.trainer.parts.rollout.pieces == (0..<steps).map { $0..<$0 + 1 })
    #expect(
      persistent.trainer.parts.rollout.pieces == (steps > 256 ? [0..<256, 256..<steps] : [0..<steps]), "\(overrides)")
    #expect(
      persistent.trainer.commandsPerUpdate.dispatches < stepwise.trainer.commandsPerUpdate.dispatches - 3 * steps)
    try expectSameBytes([persistent, stepwise, Training(overrides, Self.profile(.apart, profile))])
  }

  private static func expectSameBytes(_ trainings: [Training]) throws {
    let metrics = try trainings.map { try $0.trainer.train(updates: 2) }
    let bytes = try trainings.map { try $0.bytes() }
    for (index, found) in bytes.enumerated().dropFirst() {
      #expect(metrics[index] == metrics[0] && found.keys == bytes[0].keys)
      for (name, words) in bytes[0] { #expect(found[name] == words, "\(name)") }
    }
    for training in trainings { training.device.requireNoValidationMessages() }
  }

  /// What is not for one workgroup is recorded step by step: time loops, normalised layers, wide layers, many actions, seats that
  /// see through symmetries, and ends that have to be looked at.
  @Test(
    arguments: [
      ["network={trunk: [8], gru: 8, actor: [8], critic: [8], activation: relu}"],
      ["network={trunk: [8], actor: [8], critic: [8], activation: relu, layer_norm: true}"],
      ["network={trunk: [512], actor: [512], critic: [512], activation: relu}"], ["environment={name: yokai}"],
      ["other_play=[colors]"],
      ["environment={name: overcooked}", "bootstrap_at_time_limit=true"],
    ])
  func othersGoStepByStep(overrides: [String]) throws {
    let training = try Training(overrides, .graphics)
    #expect(training.trainer.parts.rollout.pieces.count == training.trainer.shape.steps)
  }

  @Test(arguments: [DeviceProfile.matrixUnits, .software] + TestDevice.profiles.filter(\.hostComputes))
  func otherFamiliesGoStepByStep(profile: DeviceProfile) throws {
    let precision = profile.matrixMultiply == .cooperative ? "mixed" : "float32"
    let training = try Training(["precision=\(precision)"], profile)
    #expect(training.trainer.parts.rollout.pieces.count == training.trainer.shape.steps)
  }
}
