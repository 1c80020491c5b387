// sample_outputs.comp: the last layers of both heads, and actions drawn from them, in one kernel.
import CShaders
import Networks
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct SampleOutputsTests {
  /// Heads of one run, whose hidden layers have other widths.
  private struct Heads {
    let actor, critic: DenseLayer
    let actorHidden, criticHidden: [[Float]]  // (acting rows, I), (rows, I)

    init(_ chunk: ChunkFixture, run: Int, inputs: (actor: Int, critic: Int), precision: Precision) {
      func numbers(_ tensor: UInt32, _ rows: Int, _ columns: Int, scale: Float) -> [[Float]] {
        (0..<rows).map { row in
          (0..<columns).map {
            TestNumbers.uniform(tensor + 10 * UInt32(run), row * columns + $0, scale: scale)
          }
        }
      }
      func layer(_ tensor: UInt32, _ inputs: Int, _ outputs: Int) -> DenseLayer {
        DenseLayer(
          weights: numbers(tensor, inputs, outputs, scale: 0.5).map { $0.map { Self.rounded($0, precision) } },
          bias: doubles(numbers(tensor + 1, 1, outputs, scale: 1)[0]), activation: nil)
      }
      actor = layer(800, inputs.actor, chunk.actions)
      critic = layer(802, inputs.critic, 1)
      actorHidden = numbers(804, chunk.selection(run).actingCount, inputs.actor, scale: 1)
      criticHidden = numbers(805, chunk.rows, inputs.critic, scale: 1)
    }

    static func rounded(_ number: Float, _ precision: Precision) -> Double {
      precision == .mixed ? Double(Float(Float16(number))) : Double(number)
    }
  }

  private static let variants: [(profile: DeviceProfile, precision: Precision)] =
    TestDevice.kernelProfiles.filter { $0.matrixMultiply == .shared }
    .map { (profile: $0, precision: Precision.float32) } + [(profile: .graphics, precision: .mixed)]

  @Test(arguments: [(1, 9, 8, 3), (33, 33, 65, 8), (97, 64, 17, 130)], variants)
  func agreesWithTheTwinsOfItsParts(
    size: (rows: Int, actions: Int, actor: Int, critic: Int),
    device variant: (profile: DeviceProfile, precision: Precision)
  ) throws {
    let device = try TestDevice.make(profile: variant.profile)
    let chunk = ChunkFixture(device: device, runs: 3, rows: size.rows, actions: size.actions)
    let heads = (0..<chunk.runs).map {
      Heads(chunk, run: $0, inputs: (size.actor, size.critic), precision: variant.precision)
    }
    let samples = try Self.sample(chunk, heads, precision: variant.precision)
    for run in 0..<chunk.runs {
      let (selection, heads) = (chunk.selection(run), heads[run])
      func operands(_ rows: [[Float]]) -> [[Double]] {
        rows.map { row in row.map { Heads.rounded($0, variant.precision) } }
      }
      let logits = heads.actor.forward(operands(heads.actorHidden))
      let values = heads.critic.forward(operands(heads.criticHidden))
      for (i, row) in selection.rows.enumerated() {
        #expect(agree(samples.values[run][row], values[i][0]))
        let legal = chunk.legal(run, row)
        guard i < selection.actingCount else {
          #expect(legal[Int(samples.actions[run][row])] && samples.logProbabilities[run][row].bitPattern == 0)
          continue
        }
        let u = SampleActions.uniform(seed: chunk.seed(run), row: row, update: chunk.update(run))
        let twin = SampleActions.sample(logits[i], legal: legal, u: u)
        #expect(Int(samples.actions[run][row]) == twin.action)
        #expect(agree(samples.logProbabilities[run][row], twin.logProbability))
      }
      for row in Set(0..<chunk.rolloutRows).subtracting(selection.rows) {
        #expect(samples.actions[run][row] == GuardedBuffer<UInt32>.guardWord)
        #expect(samples.values[run][row].bitPattern == GuardedBuffer<Float>.guardWord)
      }
    }
    device.requireNoValidationMessages()
  }

  /// Every run has the parameters of another place, and what pads its rows is not a number.
  private static func sample(
    _ chunk: ChunkFixture, _ heads: [Heads], precision: Precision
  ) throws -> SampleActionsTests.Samples {
    let device = chunk.device
    let (actorPitch, criticPitch) = (heads[0].actor.paddedInputs, heads[0].critic.paddedInputs)
    func padded(_ row: [Float], _ count: Int, with padding: Float = 0) -> [Float] {
      row + Array(repeating: padding, count: count - row.count)
    }
    func hidden(_ name: String, _ pitch: Int, _ rows: (Heads) -> [[Float]]) throws -> GuardedBuffer<Float> {
      try GuardedBuffer(
        name, on: device, count: chunk.capacity * pitch, values: heads.map { rows($0).flatMap { padded($0, pitch) } })
    }
    func parameters(_ layer: DenseLayer, pitch: Int, columns: Int) -> [Float] {
      let rows = layer.weights.map { padded($0.map { Float($0) }, columns) }
      return (rows + Array(repeating: padded([], columns), count: pitch - rows.count)).joined()
        + padded(layer.bias.map { Float($0) }, columns)
    }
    let sets = heads.map { heads in
      parameters(heads.actor, pitch: actorPitch, columns: chunk.logitColumns)
        + parameters(heads.critic, pitch: criticPitch, columns: chunk.valueColumns)
    }
    let actorEnd = (actorPitch + 1) * chunk.logitColumns
    let order = heads.indices.map { ($0 + 1) % heads.count }  // of the runs, by place
    let (actorHidden, criticHidden) = (
      try hidden("actor_hidden", actorPitch, \.actorHidden), try hidden("critic_hidden", criticPitch, \.criticHidden)
    )
    let set = try GuardedBuffer("parameters", on: device, count: sets[0].count, values: order.map { sets[$0] })
    let policies = try GuardedBuffer(
      "policy_indices", on: device, count: 1,
      values: heads.indices.map { run in [UInt32(order.firstIndex(of: run) ?? 0)] })
    let masks = try chunk.legalMasks()
    let (indices, counts) = (try chunk.rowIndices(), try chunk.rowCounts())
    let seeds = try seedBuffer((0..<chunk.runs).map(chunk.seed), on: device)
    let progress = try progressBuffer(updates: (0..<chunk.runs).map(chunk.update), on: device)
    let scalars = try stepScalarBuffer(variedHyperparameters(runs: chunk.runs), on: device)
    let actions = try GuardedBuffer<UInt32>("actions", on: device, runs: chunk.runs, count: chunk.rolloutRows)
    let logProbabilities = try GuardedBuffer<Float>(
      "log_probabilities", on: device, runs: chunk.runs, count: chunk.rolloutRows)
    let values = try GuardedBuffer<Float>("values", on: device, runs: chunk.runs, count: chunk.rolloutRows + 70)

    var push = OutputDispatch()
    push.layers = OutputLayers(
      actor_inputs: UInt32(actorPitch), actor_weights: 0, actor_bias: UInt32(actorPitch * chunk.logitColumns),
      actor_stride: actorHidden.stride, critic_inputs: UInt32(criticPitch), critic_weights: UInt32(actorEnd),
      critic_bias: UInt32(actorEnd + criticPitch * chunk.valueColumns), critic_stride: criticHidden.stride)
    push.parameter_stride = set.stride
    push.policy_index_stride = policies.stride
    push.chunk.rows = UInt32(chunk.rows)
    push.chunk.index_stride = indices.stride
    push.chunk.count_stride = counts.stride
    push.chunk.rollout.row_stride = actions.stride
    push.chunk.rollout.value_stride = values.stride
    push.chunk.rollout.mask_stride = masks.stride
    let kernel = try device.kernel(
      "PPO/sample_outputs.comp",
      macros: chunk.macros.merging(precision == .mixed ? ["PRECISION_MIXED": "1"] : [:]) { $1 })
    let rowsPerGroup = kernel.localSize.x / Int(OUTPUT_LANES)
    try device.run { recorder in
      recorder.dispatch(
        kernel,
        [
          "actor_hidden": actorHidden.window, "critic_hidden": criticHidden.window, "parameters": set.window,
          "policy_indices": policies.window, "legal_masks": masks.window, "seeds": seeds.window,
          "progress": progress.window, "row_indices": indices.window, "row_counts": counts.window,
          "actions": actions.window, "log_probabilities": logProbabilities.window, "values": values.window,
          "step_scalars": scalars.window,
        ], push: push, groups: (chunk.rows + rowsPerGroup - 1) / rowsPerGroup, chunk.runs)
    }
    return try SampleActionsTests.Samples(
      actions: actions.read(), logProbabilities: logProbabilities.read(), values: values.read())
  }
}

extension DenseLayer {
  fileprivate var paddedInputs: Int { ParameterLayout.padded(weights.count) }
}
