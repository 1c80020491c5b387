import CShaders
import VulkanCompute

/// A network up to the last layers of its heads, for a kernel that computes these itself with what it makes of them
/// (`sample_outputs.comp`): a stage less, and outputs that are not written and read again.
///
/// There is one where outputs are thin and shared-memory kernels multiply. Matrix units add in another order, software
/// devices are slow with shared memory, and wide actions are computed for some rows only.
public final class ThinOutputs {
  /// Logits of 32 rows take 8 KiB of shared memory.
  private static let mostColumns = 64

  /// Of the kernel.
  public let macros: [String: String]
  private let passes: KernelPasses
  private let actorInputs: Buffer<Float>  // (window, C, I)
  private let criticInputs: Buffer<Float>  // (window, C, I)

  init?(_ passes: KernelPasses, precision: Precision) {
    let (workspace, layout) = (passes.workspace, passes.layout)
    guard passes.kernels.family == .shared, workspace.wideColumns == nil,
      layout.layers[layout.actorOutput].paddedOutputs <= Self.mostColumns,
      let actorInputs = workspace.denseSource(of: layout.layers[layout.actorOutput]),
      let criticInputs = workspace.denseSource(of: layout.layers[layout.criticOutput])
    else { return nil }
    (self.passes, self.actorInputs, self.criticInputs) = (passes, actorInputs, criticInputs)
    macros = precision == .mixed ? ["PRECISION_MIXED": "1"] : [:]
  }

  /// Everything but the last layers: trunk, time loop, hidden layers of the heads.
  public func recordHidden(_ recorder: CommandRecorder, rows: Rows, policies: Policies) throws {
    passes.workspace.check(rows)
    try passes.recordHidden(recorder, rows, policies)
  }

  /// What the kernel reads of the network.
  public func bindings(_ rows: Rows, _ policies: Policies) -> [String: BufferWindow] {
    [
      "actor_hidden": actorInputs.window(runs: 0..<rows.runs),
      "critic_hidden": criticInputs.window(runs: 0..<rows.runs),
      "parameters": policies.parameters, "policy_indices": policies.indices.window,
    ]
  }

  /// Where it finds the layers.
  public var layers: OutputLayers {
    let layout = passes.layout
    let (actor, critic) = (layout.layers[layout.actorOutput], layout.layers[layout.criticOutput])
    return OutputLayers(
      actor_inputs: UInt32(actor.paddedInputs), actor_weights: UInt32(actor.weightOffset),
      actor_bias: UInt32(actor.biasOffset), actor_stride: UInt32(actorInputs.runStride),
      critic_inputs: UInt32(critic.paddedInputs), critic_weights: UInt32(critic.weightOffset),
      critic_bias: UInt32(critic.biasOffset), critic_stride: UInt32(criticInputs.runStride))
  }

  /// What the last layers have to do.
  public func work(_ rows: Rows) -> Work {
    let (workspace, layout) = (passes.workspace, passes.layout)
    return [layout.actorOutput, layout.criticOutput].reduce(Work()) { work, index in
      workspace.parts(of: index).reduce(work) { $0 + workspace.forwardWork(index, $1, rows) }
    }
  }
}
