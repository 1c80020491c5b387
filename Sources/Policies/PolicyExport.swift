import Files
import Foundation

/// Recorded inputs and outputs of a policy, so that another program can check that it computes the same, and the games that
/// they come from.
///
/// Rows are in the order (T, N, A): env step, game that is played beside others, seat.
public struct PolicyExamples: Sendable {
  /// T, env steps of each of the games; a new one begins where one ends.
  public var steps: Int
  /// A
  public var agents: Int
  /// (rows, D)
  public var observations: [Float]
  /// (rows, K): 1 where the action is legal.
  public var legalMasks: [UInt8]
  /// (rows, K): the actor's output before masking.
  public var logits: [Float]
  /// (rows)
  public var values: [Float]
  /// (rows): what the seat did in the game.
  public var actions: [Int32]
  /// (rows): what the seat earned by it, without shaped rewards.
  public var rewards: [Float]
  /// (rows): 1 where the game ended with this step.
  public var dones: [UInt8]
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
    steps: Int, agents: Int, observations: [Float], legalMasks: [UInt8], logits: [Float], values: [Float],
    actions: [Int32], rewards: [Float], dones: [UInt8], hiddenStates: HiddenStates? = nil
  ) {
    self.steps = steps
    self.agents = agents
    self.observations = observations
    self.legalMasks = legalMasks
    self.logits = logits
    self.values = values
    self.actions = actions
    self.rewards = rewards
    self.dones = dones
    self.hiddenStates = hiddenStates
  }
}

/// Writes a folder that other programs load: the weights (`policy.safetensors` or `policy.onnx`), `policy.json`,
/// `examples.safetensors` (docs/export.md).
///
/// `scripts/check-export FOLDER` loads it with numpy and compares.
public enum PolicyExport {
  /// File formats of the weights.
  public enum Format: String, Sendable, CaseIterable { case safetensors, onnx }

  /// Where `crossplay export` puts the policies of a training, and what each is called there.
  public static let folderName = "policies"
  public static let policyName = "policy.safetensors"
  static let onnxName = "policy.onnx"

  /// The policies that lie in a folder or, each in one of its own, below it, in the order of their names; none where it
  /// holds no exported policy.
  /// - Throws: `FileFailure` where there are only policies in ONNX.
  public static func policies(in folder: URL) throws -> [URL] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
    let places = [folder] + names.map { folder.appendingPathComponent($0) }
    func holding(_ name: String) -> [URL] {
      places.map { $0.appendingPathComponent(name) }.filter { files.fileExists(atPath: $0.path) }
    }
    let found = holding(policyName)
    if found.isEmpty, let other = holding(onnxName).first {
      throw FileFailure(other.path, "is a policy in ONNX; export it as safetensors to play it here")
    }
    return found
  }

  public static func write(
    _ policy: Policy, format: Format = .safetensors, examples: PolicyExamples, to folder: URL
  ) throws {
    let (rows, features, actions) = (
      examples.values.count, policy.description.architecture.inputs, policy.description.architecture.actions
    )
    precondition(examples.observations.count == rows * features && examples.logits.count == rows * actions)
    precondition(examples.legalMasks.count == rows * actions && examples.rewards.count == rows)
    precondition(examples.actions.count == rows && examples.dones.count == rows)
    try Folder.make(folder)
    switch format {
    case .safetensors: try PolicyFile.write(policy, to: folder.appendingPathComponent(policyName))
    case .onnx: try ONNXFile.write(policy, to: folder.appendingPathComponent(onnxName))
    }
    try AtomicFile.write(
      try PolicyFile.json(policy.description, pretty: true), to: folder.appendingPathComponent("policy.json"))
    var tensors = [
      Tensor("observations", shape: [rows, features], examples.observations),
      Tensor("legal_masks", shape: [rows, actions], examples.legalMasks),
      Tensor("logits", shape: [rows, actions], examples.logits), Tensor("values", shape: [rows], examples.values),
      Tensor("actions", shape: [rows], examples.actions), Tensor("rewards", shape: [rows], examples.rewards),
      Tensor("dones", shape: [rows], examples.dones),
    ]
    if let states = examples.hiddenStates, let width = policy.description.architecture.gru {
      tensors += [
        Tensor("hidden_states", shape: [rows, width], states.before),
        Tensor("next_hidden_states", shape: [rows, width], states.after),
      ]
    }
    try SafetensorsWriter.write(
      tensors,
      metadata: [
        "weight_hash": policy.weightHash, "steps": "\(examples.steps)", "agents": "\(examples.agents)",
        "games": "\(rows / (examples.steps * examples.agents))",
      ], to: folder.appendingPathComponent("examples.safetensors"))
  }
}
