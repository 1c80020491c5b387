import CShaders
import VulkanCompute

/// Follows the flows of many problems x alphas x initialisations at once on the device, in float32: a first look, not a
/// verdict.
///
/// The problems are of one kind: two agents with as many actions and observations each, every history possible, discount
/// 1. Kernel: `Shaders/Tabular/screen_flows.comp`.
public final class FlowScreening {
  /// Steps, and their size from first to last.
  struct Schedule: Sendable {
    var steps = 250
    var firstStepSize: Float = 0.2
    var growth: Float = 1.06
    /// Per dispatch: drivers do not like long ones.
    var stepsPerDispatch = 50
  }

  let alphas: [Double]
  let initialisations: Int
  private let device: Device
  private let kernel: Kernel
  private let schedule: Schedule

  private var lanes: Int { alphas.count * initialisations }

  /// - Parameters:
  ///   - alphas: Rising.
  ///   - initialisations: Per problem and alpha; every second one starts close to a deterministic policy.
  public convenience init(alphas: [Double], initialisations: Int, device: Device) throws {
    try self.init(alphas: alphas, initialisations: initialisations, device: device, schedule: Schedule())
  }

  init(alphas: [Double], initialisations: Int, device: Device, schedule: Schedule) throws {
    self.alphas = alphas
    self.initialisations = initialisations
    self.device = device
    self.schedule = schedule
    kernel = try device.kernel("Tabular/screen_flows.comp")
  }

  /// Problems that one batch holds: no buffer above 64 MiB.
  func batchSize(_ form: SequenceForm) -> Int { max(1, (64 << 20) / (4 * form.parameterCount * lanes)) }

  /// Probabilities at the end of the flows.
  ///
  /// - Parameter seed: Of the initialisations, which are the same for all problems.
  /// - Returns: (problems, parameters, alphas, initialisations)
  public func run(_ forms: [SequenceForm], seed: UInt64) throws -> [Float] {
    guard let form = forms.first else { return [] }
    precondition(forms.allSatisfy { $0.parameterCount == form.parameterCount }, "problems of different shapes")
    let tree = form.trees[0]
    let branching = tree.actionCount * tree.observationCount
    let full = (1..<form.horizon).reduce(into: [1]) { layers, _ in layers.append(layers[layers.count - 1] * branching) }
    precondition(
      form.trees.count == 2 && tree.count == full.reduce(0, +) && form.trees[1].count == tree.count
        && form.trees[1].actionCount == tree.actionCount && form.problem.discount == 1,
      "screening is for two agents alike, every history possible, and discount 1")
    let starts = Initialisation(form, seed: seed, kind: .adversarial)
    let logits = (0..<initialisations).map { starts.logits($0) }
    let oneProblem = (0..<form.parameterCount).flatMap { parameter in
      alphas.indices.flatMap { _ in (0..<initialisations).map { Float(logits[$0][parameter]) } }
    }
    var results: [Float] = []
    for first in stride(from: 0, to: forms.count, by: batchSize(form)) {
      results += try runBatch(Array(forms[first..<min(first + batchSize(form), forms.count)]), logits: oneProblem)
    }
    return results
  }

  private func runBatch(_ forms: [SequenceForm], logits: [Float]) throws -> [Float] {
    let form = forms[0]
    let tree = form.trees[0]
    let count = forms.count
    let tensors = forms.map { form in
      zip(form.rewardTensors, form.reachTensors).flatMap { ($0 + $1).map { Float($0) } }
    }
    let tensorBuffer = try device.buffer("tensors", of: Float.self, count: count * tensors[0].count)
    try tensorBuffer.write(tensors.flatMap(\.self))
    let alphaBuffer = try device.buffer("alphas", of: Float.self, count: alphas.count)
    try alphaBuffer.write(alphas.map { Float($0) })
    let parents = try device.buffer("parents", of: Int32.self, count: tree.count)
    try parents.write(tree.parentSequences.map { Int32($0) })
    func policies(_ name: String) throws -> Buffer<Float> {
      try device.buffer(name, of: Float.self, count: count * logits.count)
    }
    let (logitBuffer, probabilities) = (try policies("logits"), try policies("probabilities"))
    let (weights, values) = (try policies("weights"), try policies("values"))
    let entropies = try device.buffer("entropies", of: Float.self, count: count * 2 * tree.count * lanes)
    for problem in 0..<count { try logitBuffer.write(logits, at: problem * logits.count) }
    let bindings: [String: BufferWindow] = [
      "tensors": tensorBuffer.whole, "alphas": alphaBuffer.whole, "parents": parents.whole,
      "logits": logitBuffer.whole, "probabilities": probabilities.whole, "weights": weights.whole,
      "values": values.whole, "entropies": entropies.whole,
    ]
    for firstStep in stride(from: 0, to: schedule.steps, by: schedule.stepsPerDispatch) {
      let push = ScreeningDispatch(
        lanes: UInt32(lanes), initialisations: UInt32(initialisations), actions: UInt32(tree.actionCount),
        branching: UInt32(tree.actionCount * tree.observationCount), horizon: UInt32(form.horizon),
        histories: UInt32(tree.count), tensor_stride: UInt32(tensors[0].count), policy_stride: UInt32(logits.count),
        history_stride: UInt32(2 * tree.count * lanes), first_step: UInt32(firstStep),
        steps: UInt32(min(schedule.stepsPerDispatch, schedule.steps - firstStep)), step_size: schedule.firstStepSize,
        growth: schedule.growth)
      try device.run { recorder in
        recorder.dispatch(kernel, bindings, push: push, groups: kernel.groups(for: lanes), count)
      }
    }
    return try probabilities.read()
  }
}
