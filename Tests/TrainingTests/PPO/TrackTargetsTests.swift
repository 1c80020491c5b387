// track_targets.comp: running moments of value targets, and what begin_update.comp and exports make of them.
import CShaders
import Configuration
import Networks
import TestSupport
import Testing
import VulkanCompute

@testable import Training

@Suite(.serialized) struct TrackTargetsTests {
  @Test(arguments: [(1, 1, 2), (7, 31, 2), (16, 13, 5), (9, 129, 3)])
  func agreesWithItsTwinOverSeveralUpdates(steps: Int, environments: Int, agents: Int) throws {
    let device = try TestDevice.make()
    let (runs, rows) = (3, steps * environments * agents)
    let progress = try progressBuffer(updates: [0, 5, 9], on: device)
    let scalars = try GuardedBuffer<Float>("step_scalars", on: device, runs: runs, count: Int(RUN_SCALARS))
    let metrics = try GuardedBuffer<Float>("metrics", on: device, runs: runs, count: Int(RUN_SCALARS))
    let blocks = try hyperparameterBuffer(variedHyperparameters(runs: runs), on: device)
    let track = try device.kernel("PPO/track_targets.comp", macros: ["AGENTS": "\(agents)u"])
    let begin = try device.kernel("PPO/begin_update.comp")
    func recordBegin(_ recorder: CommandRecorder) {
      recorder.dispatch(
        begin,
        [
          "hyperparameters": blocks.window, "progress": progress.window, "step_scalars": scalars.window,
          "metrics": metrics.window,
        ], push: ScheduleDispatch(runs: UInt32(runs), total_updates: 10, learning_rate: SCHEDULE_CONSTANT),
        groups: begin.groups(for: runs))
    }
    var twins = Array(repeating: TrackTargets(), count: runs)
    for update in 0..<3 {
      let seeds = (0..<runs).map { UInt32(2000 + 10 * update + $0) }
      let advantages = seeds.map { TestNumbers.uniform($0, count: rows, scale: 3) }
      let values = seeds.enumerated().map { run, seed in
        TestNumbers.uniform(seed + 500, count: rows + environments * agents).map { $0 + Float(5 * run + update) }
      }
      let advantageBuffer = try GuardedBuffer("advantages", on: device, count: rows, values: advantages)
      let valueBuffer = try GuardedBuffer("values", on: device, count: values[0].count, values: values)
      try device.run { recorder in
        recordBegin(recorder)
        recorder.dispatch(
          track,
          [
            "advantages": advantageBuffer.window, "values": valueBuffer.window, "progress": progress.window,
            "step_scalars": scalars.window,
          ],
          push: RolloutShape(
            environments: UInt32(environments), steps: UInt32(steps), row_stride: advantageBuffer.stride,
            value_stride: valueBuffer.stride, mask_stride: 0, done_stride: 0), groups: runs)
      }
      for (run, found) in try scalars.read().enumerated() {
        expect(found, at: STEP_VALUE_MEAN, twins[run])
        twins[run].add(zip(advantages[run], values[run]).map { Double($0) + Double($1) })
        expect(found, at: STEP_TARGET_MEAN, twins[run])
      }
    }
    try device.run { recordBegin($0) }
    for run in 0..<runs {
      expect(try scalars.read()[run], at: STEP_VALUE_MEAN, twins[run])
      // What a checkpoint says.
      let moments = try #require(ValueMoments(progress: try progress.read()[run]))
      #expect(
        agree(moments.mean, twins[run].mean, within: 1e-5) && agree(moments.scale, twins[run].scale, within: 1e-4))
    }
    device.requireNoValidationMessages()
  }

  private func expect(_ scalars: [Float], at place: UInt32, _ twin: TrackTargets) {
    #expect(agree(scalars[Int(place)], twin.mean, within: 1e-5))
    #expect(agree(scalars[Int(place) + 1], twin.scale, within: 1e-4))
  }

  @Test(arguments: [(true, Float(1)), (false, Float.infinity), (false, Float.nan)])
  func aRunThatDivergedKeepsItsMoments(diverged: Bool, value: Float) throws {
    let device = try TestDevice.make()
    let words = [3, 0, 0, diverged ? 2 : 0] + [Float(0.5), 1.5, 7].map(\.bitPattern)
    let progress = try GuardedBuffer("progress", on: device, count: Int(RUN_SCALARS), values: [words])
    let scalars = try GuardedBuffer<Float>("step_scalars", on: device, runs: 1, count: Int(RUN_SCALARS))
    let advantages = try GuardedBuffer<Float>("advantages", on: device, count: 2, values: [[1, 2]])
    let values = try GuardedBuffer("values", on: device, count: 4, values: [[value, 1, 0, 0]])
    let track = try device.kernel("PPO/track_targets.comp", macros: ["AGENTS": "2u"])
    try device.run { recorder in
      recorder.dispatch(
        track,
        [
          "advantages": advantages.window, "values": values.window, "progress": progress.window,
          "step_scalars": scalars.window,
        ],
        push: RolloutShape(
          environments: 1, steps: 1, row_stride: advantages.stride, value_stride: values.stride, mask_stride: 0,
          done_stride: 0), groups: 1)
    }
    #expect(Array(try progress.read()[0].prefix(7)) == words)
    #expect(try scalars.read()[0].allSatisfy { $0.bitPattern == GuardedBuffer<Float>.guardWord })
    device.requireNoValidationMessages()
  }

  /// A value head with its moments applied gives values in units of rewards, and leaves the policy alone.
  @Test(arguments: [[5], []])
  func appliedMomentsChangeValuesOnly(critic: [Int]) throws {
    let architecture = try NetworkArchitecture(
      inputs: 11, actions: 3, trunk: [6], gru: nil, actor: [4], critic: critic, activation: .tanh)
    let layout = ParameterLayout(architecture)
    let parameters = OrthogonalInitializer.parameters(layout, seeds: [3])
    let moments = try #require(
      ValueMoments(progress: [0, 0, 0, 0] + [Float(0.5), 1.5, 7].map(\.bitPattern)))
    let inputs = (0..<4).map { row in (0..<11).map { Double(TestNumbers.uniform(2100, row * 11 + $0)) } }
    let before = PolicyNetworkTwin(architecture, parameters: doubles(parameters)).forward(inputs, nil)
    let after = PolicyNetworkTwin(
      architecture, parameters: doubles(moments.applied(to: parameters, of: layout))
    ).forward(inputs, nil)
    #expect(moments.mean == 3 && agree(moments.scale, 5.0.squareRoot(), within: 1e-6))
    #expect(before.logits == after.logits)
    for (raw, value) in zip(before.values, after.values) {
      #expect(abs(value - (3 + 5.0.squareRoot() * raw)) < 1e-5)
    }
    #expect(
      ValueMoments(progress: [UInt32](repeating: 0, count: 64))?.applied(to: parameters, of: layout) == parameters)
    #expect(ValueMoments(progress: [0, 0]) == nil)
  }
}
