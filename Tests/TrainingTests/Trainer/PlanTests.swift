// What a plan says is what the training then takes.
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct PlanTests {
  /// Chunks and windows of several sizes, Other-Play, the time loop, shaped rewards.
  private static let configurations: [[String]] = [
    ["seeds=3", "rollout_length=15", "environments=40", "minibatches=1"],
    [
      "seeds=3", "network={trunk: [8], gru: 8, actor: [8], critic: [8], activation: relu}", "other_play=[colors]",
    ],
    ["environment={name: overcooked}"],
  ]

  @Test(arguments: TestDevice.profiles, configurations)
  func countsAreThoseOfTheRecordedUpdate(profile: DeviceProfile, overrides: [String]) throws {
    let device = try TestDevice.make(profile: profile)
    let configuration = try tinyConfiguration(overrides)
    for windowLimit in [Int.max, 2] {
      let runs = configuration.runs
      let counts = try Trainer.plannedCounts(
        configuration: configuration, runs: runs.count, device: device, windowLimit: windowLimit)
      let trainer = try Trainer(
        configuration: configuration, runs: runs, device: device, windowLimit: windowLimit)
      #expect(counts == trainer.commandsPerUpdate)
      #expect(counts.dispatches > 8 && (counts.handOvers > 0) == (profile.matrixMultiply == .host))
      guard windowLimit == .max else { continue }
      let text = try Trainer.planText(configuration: configuration, runs: runs, devices: [device])
      let envStep = try Trainer.plannedEnvStep(configuration: configuration, runs: runs.count, device: device)
      let steps = trainer.parts.rollout.pieces[0].count
      #expect(steps == 1 ? envStep.stages > 2 : envStep.stages == 1 && envStep.dispatches == 1)
      #expect(envStep.stages <= envStep.dispatches)
      #expect(
        envStep.dispatches * configuration.rolloutLength / steps < counts.dispatches
          && counts.stages <= counts.dispatches)
      let unit = steps == 1 ? "env step" : "\(steps) env steps"
      #expect(
        text.hasSuffix("\n\(envStep.amount) per \(unit) of a rollout\n" + counts.text(per: "update")))
      #expect(
        counts.text(per: "update").hasPrefix(
          "\(counts.dispatches) dispatches in \(counts.stages) stages and \(counts.handOvers) hand-overs"))
    }
    device.requireNoValidationMessages()
  }

  /// Observations of a rollout, of one run, that exceed one binding.
  @Test func aPlanSaysWhatTheDeviceCannotBind() throws {
    let device = try TestDevice.make()
    let words = try tinyConfiguration().makeEnvironment().observationWordCount
    let rows = device.description.maxStorageBufferRange / (4 * words)
    let configuration = try tinyConfiguration(["environments=\(rows / 2 / 8 / 8 * 8 + 8)", "total_env_steps=1e12"])
    let text = try Trainer.planText(configuration: configuration, runs: configuration.runs, devices: [device])
    let last = try #require(text.split(separator: "\n").last)
    #expect(last.hasPrefix("an update cannot run here: "))
    #expect(last.contains("would bind") && last.contains("of rollout.observations"))
  }

  /// A configuration that nobody has checked before.
  @Test func aPlanRefusesMinibatchesThatDoNotDivideTheRollout() throws {
    let device = try TestDevice.make()
    let configuration = try tinyConfiguration(["minibatches=3"])
    let refusals = [
      #expect(throws: ConfigurationError.self) {
        try Trainer.planText(configuration: configuration, runs: configuration.runs, devices: [device])
      },
      #expect(throws: ConfigurationError.self) {
        try Trainer.plannedMemory(configuration: configuration, runs: 1, device: device).all
      },
      #expect(throws: ConfigurationError.self) {
        try Trainer(configuration: configuration, runs: configuration.runs, device: device)
      },
    ]
    for refusal in refusals {
      #expect(try #require(refusal).description.contains("minibatches = 3 does not divide the 64 rows"))
    }
  }
}
