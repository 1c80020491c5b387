// sample_actions.comp, by the kernel and by the host: actions drawn from the masked policy.
import CHostKernels
import CShaders
import Foundation
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct SampleActionsTests {
  /// What the kernel wrote, per run and rollout row.
  struct Samples {
    let actions: [[UInt32]]
    let logProbabilities: [[Float]]
    let values: [[Float]]
  }

  /// - Parameter moments: Of the runs' values; none where they are not normalised.
  static func sample(_ chunk: ChunkFixture, valuesOnly: Bool = false, moments: [TestMoments] = []) throws -> Samples {
    let device = chunk.device
    let macros = chunk.macros.merging(valuesOnly ? ["VALUES_ONLY": "1"] : [:]) { $1 }
    let operation = try device.operation(
      "PPO/sample_actions.comp", macros: macros, host: HostBody(valuesOnly ? host_store_values : host_sample_actions))
    let (logits, valueOutputs, masks) = (try chunk.logitBuffer(), try chunk.valueOutputs(), try chunk.legalMasks())
    let (indices, counts) = (try chunk.rowIndices(), try chunk.rowCounts())
    let seeds = try seedBuffer((0..<chunk.runs).map(chunk.seed), on: device)
    let progress = try progressBuffer(updates: (0..<chunk.runs).map(chunk.update), on: device)
    let scalars = try stepScalarBuffer(variedHyperparameters(runs: chunk.runs), moments: moments, on: device)
    let count = chunk.rolloutRows
    let actions = try GuardedBuffer<UInt32>("actions", on: device, runs: chunk.runs, count: count)
    let logProbabilities = try GuardedBuffer<Float>("log_probabilities", on: device, runs: chunk.runs, count: count)
    let values = try GuardedBuffer<Float>("values", on: device, runs: chunk.runs, count: count + 70)
    var push = ChunkDispatch()
    push.rows = UInt32(chunk.rows)
    push.index_stride = indices.stride
    push.count_stride = counts.stride
    push.logit_stride = logits.stride
    push.value_output_stride = valueOutputs.stride
    push.rollout.row_stride = actions.stride
    push.rollout.value_stride = values.stride
    push.rollout.mask_stride = masks.stride
    try device.run { recorder in
      recorder.perform(
        operation.bind(
          [
            "logits": logits.window, "value_outputs": valueOutputs.window, "legal_masks": masks.window,
            "seeds": seeds.window, "progress": progress.window, "row_indices": indices.window,
            "row_counts": counts.window, "actions": actions.window, "log_probabilities": logProbabilities.window,
            "values": values.window, "step_scalars": scalars.window,
          ], push: push, over: .items(chunk.rows, runs: chunk.runs)))
    }
    return try Samples(
      actions: actions.read(), logProbabilities: logProbabilities.read(), values: values.read())
  }

  @Test(arguments: [(1, 9), (31, 1), (33, 33), (65, 49), (97, 9)], TestDevice.computing)
  func agreesWithItsTwin(size: (rows: Int, actions: Int), profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let chunk = ChunkFixture(device: device, runs: 3, rows: size.rows, actions: size.actions)
    let samples = try Self.sample(chunk)
    for run in 0..<chunk.runs {
      let selection = chunk.selection(run)
      for (i, row) in selection.rows.enumerated() {
        let u = SampleActions.uniform(seed: chunk.seed(run), row: row, update: chunk.update(run))
        let twin = SampleActions.sample(doubles(chunk.logits(run, i)), legal: chunk.legal(run, row), u: u)
        #expect(Int(samples.actions[run][row]) == twin.action)
        #expect(agree(samples.logProbabilities[run][row], twin.logProbability))
        #expect(samples.values[run][row] == chunk.value(run, i))
        if i >= selection.actingCount { #expect(samples.logProbabilities[run][row].bitPattern == 0) }
      }
      // Rows that are not in the chunk stay as they were.
      for row in Set(0..<chunk.rolloutRows).subtracting(selection.rows) {
        #expect(samples.actions[run][row] == GuardedBuffer<UInt32>.guardWord)
        #expect(samples.logProbabilities[run][row].bitPattern == GuardedBuffer<Float>.guardWord)
        #expect(samples.values[run][row].bitPattern == GuardedBuffer<Float>.guardWord)
      }
    }
    device.requireNoValidationMessages()
  }

  @Test(arguments: TestDevice.computing)
  func valuesAloneLeaveActionsAsTheyWere(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let chunk = ChunkFixture(device: device, runs: 2, rows: 33, actions: 9)
    let samples = try Self.sample(chunk, valuesOnly: true)
    for run in 0..<chunk.runs {
      for (i, row) in chunk.selection(run).rows.enumerated() {
        #expect(samples.values[run][row] == chunk.value(run, i))
      }
      #expect(samples.actions[run].allSatisfy { $0 == GuardedBuffer<UInt32>.guardWord })
      #expect(samples.logProbabilities[run].allSatisfy { $0.bitPattern == GuardedBuffer<Float>.guardWord })
    }
    device.requireNoValidationMessages()
  }

  @Test(arguments: TestDevice.computing)
  func normalisedValuesAreStoredInUnitsOfRewards(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let chunk = ChunkFixture(device: device, runs: 3, rows: 33, actions: 9)
    let moments = (0..<chunk.runs).map(TestMoments.varied)
    let samples = try Self.sample(chunk, moments: moments)
    for run in 0..<chunk.runs {
      for (i, row) in chunk.selection(run).rows.enumerated() {
        let expected = moments[run].values.mean + moments[run].values.scale * Double(chunk.value(run, i))
        #expect(agree(samples.values[run][row], expected, within: 1e-6))
      }
    }
    device.requireNoValidationMessages()
  }

  /// Many rows with the same logits: each legal action as often as its probability says (five standard errors), an illegal
  /// one never, although its logit is the largest.
  @Test func frequenciesAreThoseOfTheMaskedPolicy() throws {
    let device = try TestDevice.make()
    let rows = 16_384
    let logits: [Float] = [0.5, 9, -1, 0, 8, 1.5]
    let legal = [true, false, true, true, false, true]
    let kernel = try device.kernel(
      "PPO/sample_actions.comp",
      macros: [
        "MASK_WORDS": "1u", "LOGIT_COLUMNS": "8u", "VALUE_COLUMNS": "8u", "SEED_STRIDE": "32u",
      ])
    func buffer<T: BitwiseCopyable>(_ name: String, _ values: [T]) throws -> GuardedBuffer<T> {
      try GuardedBuffer(name, on: device, count: values.count, values: [values])
    }
    let actions = try GuardedBuffer<UInt32>("actions", on: device, runs: 1, count: rows)
    let logProbabilities = try GuardedBuffer<Float>("log_probabilities", on: device, runs: 1, count: rows)
    let values = try GuardedBuffer<Float>("values", on: device, runs: 1, count: rows)
    let inputs = (
      logits: try buffer("logits", Array(repeatElement(logits + [0, 0], count: rows).joined())),
      values: try buffer("value_outputs", [Float](repeating: 0, count: rows * 8)),
      masks: try buffer("legal_masks", [UInt32](repeating: 0b101101, count: rows)),
      indices: try buffer("row_indices", (0..<rows).map { UInt32($0) }),
      counts: try buffer("row_counts", [UInt32(rows), UInt32(rows)]), seeds: try seedBuffer([11], on: device),
      progress: try progressBuffer(updates: [0], on: device),
      scalars: try stepScalarBuffer(variedHyperparameters(runs: 1), on: device)
    )
    var push = ChunkDispatch()
    push.rows = UInt32(rows)
    try device.run { recorder in
      recorder.dispatch(
        kernel,
        [
          "logits": inputs.logits.window, "value_outputs": inputs.values.window, "legal_masks": inputs.masks.window,
          "seeds": inputs.seeds.window, "progress": inputs.progress.window, "row_indices": inputs.indices.window,
          "row_counts": inputs.counts.window, "actions": actions.window, "log_probabilities": logProbabilities.window,
          "values": values.window, "step_scalars": inputs.scalars.window,
        ], push: push, groups: kernel.groups(for: rows))
    }
    let sampled = try actions.read()[0]
    let probabilities = MaskedSoftmax(doubles(logits), legal: legal).probabilities
    for (action, probability) in probabilities.enumerated() {
      let frequency = Double(sampled.count { $0 == UInt32(action) }) / Double(rows)
      let error = (probability * (1 - probability) / Double(rows)).squareRoot()
      #expect(abs(frequency - probability) <= 5 * error, "action \(action)")
    }
    device.requireNoValidationMessages()
  }
}
