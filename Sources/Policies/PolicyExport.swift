import Files
import Foundation

/// Recorded inputs and outputs of a policy, so that another program can check that it computes the same.
public struct PolicyExamples: Sendable {
  /// (rows, D)
  public var observations: [Float]
  /// (rows, K): 1 where the action is legal.
  public var legalMasks: [UInt8]
  /// (rows, K): the actor's output before masking.
  public var logits: [Float]
  /// (rows)
  public var values: [Float]
  /// Of recurrent policies.
  public var hiddenStates: HiddenStates?

  /// Hidden states of a GRU of width H, (rows, H) each.
  public struct HiddenStates: Sendable {
    /// Before the row; 0 where a game begins.
    public var before: [Float]
    /// After the row: what the seat's next row begins with, unless its game has ended.
    public var after: [Float]

    public init(before: [Float], after: [Float]) {
      self.before = before
      self.after = after
    }
  }

  public init(
    observations: [Float], legalMasks: [UInt8], logits: [Float], values: [Float], hiddenStates: HiddenStates? = nil
  ) {
    self.observations = observations
    self.legalMasks = legalMasks
    self.logits = logits
    self.values = values
    self.hiddenStates = hiddenStates
  }
}

/// Writes a folder that other programs load: `policy.safetensors`, `policy.json`, `examples.safetensors`.
///
/// `scripts/check-export FOLDER` loads it with numpy and compares.
public enum PolicyExport {
  /// Where `crossplay export` puts the policies of a training, and what each is called there.
  public static let folderName = "policies"
  public static let policyName = "policy.safetensors"

  public static func write(_ policy: Policy, examples: PolicyExamples, to folder: URL) throws {
    let (rows, features, actions) = (
      examples.values.count, policy.description.architecture.inputs, policy.description.architecture.actions
    )
    precondition(examples.observations.count == rows * features && examples.logits.count == rows * actions)
    precondition(examples.legalMasks.count == rows * actions)
    try Folder.make(folder)
    try PolicyFile.write(policy, to: folder.appendingPathComponent(policyName))
    try AtomicFile.write(
      try PolicyFile.json(policy.description, pretty: true), to: folder.appendingPathComponent("policy.json"))
    var tensors = [
      Tensor("observations", shape: [rows, features], examples.observations),
      Tensor("legal_masks", shape: [rows, actions], examples.legalMasks),
      Tensor("logits", shape: [rows, actions], examples.logits), Tensor("values", shape: [rows], examples.values),
    ]
    if let states = examples.hiddenStates, let width = policy.description.architecture.gru {
      tensors += [
        Tensor("hidden_states", shape: [rows, width], states.before),
        Tensor("next_hidden_states", shape: [rows, width], states.after),
      ]
    }
    try SafetensorsWriter.write(
      tensors,
      metadata: ["weight_hash": policy.weightHash], to: folder.appendingPathComponent("examples.safetensors"))
  }
}
