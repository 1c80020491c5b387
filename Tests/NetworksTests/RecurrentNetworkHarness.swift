import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

/// A recurrent network on random observations of several runs, with resets in the middle of sequences.
struct RecurrentNetworkHarness {
  /// What one pass leaves behind, per run.
  struct Result: Equatable {
    var logits: [[Float]] = []  // (rows, Kp)
    var values: [[Float]] = []  // (rows, 8)
    var states: [[Float]] = []  // (state rows, Hp) after the pass
    var gradients: [[Float]] = []  // (splits, P)
  }

  let architecture: NetworkArchitecture
  let profile: DeviceProfile
  var precision = Precision.float32
  let sequences: Int
  let steps: Int
  var splits = 1
  var keeping = SequenceRows.Keeping.last

  var layout: ParameterLayout { ParameterLayout(architecture) }
  var rows: Int { sequences * steps }
  var width: Int { architecture.gru ?? 0 }
  var paddedWidth: Int { ParameterLayout.padded(width) }
  /// More states than sequences, so that some must stay as they are.
  var stateRows: Int { sequences + 3 }
  private var wordCount: Int { (architecture.inputs + 31) / 32 }

  /// Sequence s begins with this state; row indices count on from there.
  func stateRow(_ sequence: Int) -> Int { (sequence + 2) % stateRows }
  func words(_ run: Int) -> [UInt32] { TestNumbers.words(UInt32(500 + run), count: rows * wordCount) }
  func resets(_ run: Int) -> [Bool] { TestNumbers.words(UInt32(600 + run), count: rows).map { $0 % 4 == 0 } }

  func inputs(_ run: Int) -> [[Double]] {
    let words = words(run)
    return (0..<rows).map { row in
      (0..<architecture.inputs).map { Double(words[row * wordCount + $0 / 32] >> UInt32($0 % 32) & 1) }
    }
  }

  /// (state rows, Hp); padding 0
  func states(_ run: Int) -> [Float] {
    (0..<stateRows * paddedWidth).map {
      $0 % paddedWidth < width ? TestNumbers.uniform(UInt32(700 + run), $0) : 0
    }
  }

  func parameters(_ run: Int) -> [Float] {
    var parameters = [Float](repeating: 0, count: layout.count)
    for layer in layout.layers {
      // Gates that are neither open nor shut.
      let scale = 2 / Float(layer.inputs).squareRoot()
      for place in layer.weightPlaces {
        parameters[place] = TestNumbers.uniform(UInt32(800 + run), place, scale: scale)
      }
      for place in layer.biasPlaces { parameters[place] = TestNumbers.uniform(UInt32(800 + run), place, scale: 0.3) }
    }
    return parameters
  }

  func logitGradients(_ run: Int) -> [[Double]] {
    (0..<rows).map { row in
      (0..<architecture.actions).map { Double(TestNumbers.uniform(UInt32(900 + run), row * 64 + $0)) }
    }
  }
  func valueGradients(_ run: Int) -> [Double] {
    (0..<rows).map { Double(TestNumbers.uniform(UInt32(1000 + run), $0)) }
  }

  func twinSequences(_ run: Int) -> GRULayer.Sequences {
    let states = states(run)
    return GRULayer.Sequences(
      firstStates: (0..<sequences).map { sequence in
        let start = stateRow(sequence) * paddedWidth
        return states[start..<start + width].map(Double.init)
      }, resets: resets(run))
  }

  func twin(_ run: Int) -> PolicyNetworkTwin {
    PolicyNetworkTwin(architecture, parameters: parameters(run).map(Double.init))
  }

  func pass(runs: [Int], validation: Validation = .synchronization) throws -> Result {
    let device = try TestDevice.make(validation: validation, profile: profile)
    let table = BufferTable(device: device)
    let network = try PolicyNetwork(
      architecture: architecture,
      observation: .bits(words: wordCount), device: device,
      table: table, windowRuns: runs.count + 1, rowCapacity: rows, precision: precision, training: true,
      kernelSplits: splits)
    func register<T>(_ name: String, _ type: T.Type, _ count: Int) -> Buffer<T> {
      table.register(name, of: type, runs: runs.count, perRun: [("count", count)], persistence: .scratch)
    }
    let observations = register("observations", UInt32.self, rows * wordCount)
    let rowIndices = register("row_indices", UInt32.self, rows)
    let stateIndices = register("state_indices", UInt32.self, rows)
    let resetWords = register("resets", UInt32.self, rows)
    let rowCounts = register("row_counts", UInt32.self, PolicyNetwork.rowCountWords)
    let policyIndices = register("policy_indices", UInt32.self, 1)
    let hiddenStates = register("states", Float.self, stateRows * paddedWidth)
    let parameterSets = register("parameters", Float.self, layout.count)
    let parameterGradients = register("gradients", Float.self, network.gradientSplits * layout.count)
    let given = try GivenGradients(device, runs: runs.count, rows: rows)
    try table.allocate()
    // Whatever is read by mistake, beside the rows and their padding, is not a number.
    for buffer in [network.inputsBuffer, hiddenStates] {
      try buffer.write([Float](repeating: .nan, count: buffer.count))
    }
    for (slot, run) in runs.enumerated() {
      try observations.write(words(run), run: slot)
      try rowIndices.write((0..<rows).map { UInt32($0) }, run: slot)
      try stateIndices.write((0..<rows).map { UInt32(stateRow($0 % sequences) + stateRows * ($0 % 3)) }, run: slot)
      try resetWords.write(resets(run).map { $0 ? 1 : 0 }, run: slot)
      try rowCounts.write(Array(repeating: UInt32(rows), count: PolicyNetwork.rowCountWords), run: slot)
      try policyIndices.write([UInt32(runs.count - 1 - slot)], run: slot)
      try parameterSets.write(parameters(run), run: runs.count - 1 - slot)
      try hiddenStates.write(states(run), run: slot)
      try network.logitGradients.write(
        logitGradients(run).flatMap { row in
          row.map { Float($0) } + Array(repeating: 0, count: network.logitPitch - row.count)
        }, run: slot)
      try network.valueGradients.write(
        valueGradients(run).flatMap { [Float($0)] + Array(repeating: 0, count: network.valuePitch - 1) }, run: slot)
    }
    let window = 0..<runs.count
    let chunk = Rows(
      runs: runs.count, count: rows, counts: RunWindow(rowCounts, runs: window),
      observations: Observations(RunWindow(observations, runs: window)), indices: RunWindow(rowIndices, runs: window),
      sequences: SequenceRows(
        sequences: sequences, steps: steps, states: RunWindow(hiddenStates, runs: window), stateRows: stateRows,
        indices: RunWindow(stateIndices, runs: window), resets: RunWindow(resetWords, runs: window), keeping: keeping))
    try device.run { recorder in
      network.adopt(recorder, parameters: parameterSets.whole)
      try network.gradient(
        recorder, rows: chunk,
        policies: Policies(parameterSets.whole, indices: RunWindow(policyIndices, runs: window)), loss: given.loss,
        metrics: given.loss, into: GradientTarget(RunWindow(parameterGradients, runs: window), minibatchRows: rows))
    }
    var result = Result()
    for slot in window {
      result.logits.append(Array(try network.logits.read(run: slot).prefix(rows * network.logitPitch)))
      result.values.append(Array(try network.values.read(run: slot).prefix(rows * network.valuePitch)))
      result.states.append(try hiddenStates.read(run: slot))
      result.gradients.append(try parameterGradients.read(run: slot))
    }
    device.requireNoValidationMessages()
    return result
  }
}

extension PolicyNetwork {
  /// x of a network whose inputs are dense.
  var inputsBuffer: Buffer<Float> {
    guard case .dense(let inputs) = workspace.inputs else { preconditionFailure("this game has lists") }
    return inputs.x
  }
}
