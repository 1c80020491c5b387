import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

/// A network with observations of one bit per feature, parameters and head gradients for several runs.
struct PolicyNetworkHarness {
  /// What one chunked pass leaves behind, per run.
  struct Result: Equatable {
    var logits: [[UInt32]] = []  // (acting rows * Kp) bit patterns
    var values: [[UInt32]] = []  // (rows * 8) bit patterns
    var gradients: [[UInt32]] = []  // (S * P) bit patterns

    static func floats(_ words: [UInt32]) -> [Float] { words.map { Float(bitPattern: $0) } }
  }

  let architecture: NetworkArchitecture
  let profile: DeviceProfile
  var precision = Precision.float32
  /// S where kernels compute.
  var splits = 1
  /// (all rows, acting rows) of the minibatch of each run, by the run's own number.
  let counts: [(all: Int, acting: Int)]
  /// Actions whose logits count only in the first `wideRows` acting rows of each run.
  var wideActions: Range<Int>?
  var wideRows: [Int] = []

  var layout: ParameterLayout { ParameterLayout(architecture) }
  private var wordCount: Int { (architecture.inputs + 31) / 32 }
  private static let observationRows = 512

  /// Which observation stands at a row of the minibatch.
  func index(_ run: Int, _ row: Int) -> Int { (row * 7 + run) % Self.observationRows }

  func observationWords(_ run: Int) -> [UInt32] {
    TestNumbers.words(UInt32(100 + run), count: Self.observationRows * wordCount)
  }

  /// The rows of a run as the twin reads them.
  func inputRows(_ run: Int) -> [[Double]] {
    let words = observationWords(run)
    return (0..<counts[run].all).map { row in
      (0..<architecture.inputs).map { feature in
        Double(words[index(run, row) * wordCount + feature / 32] >> UInt32(feature % 32) & 1)
      }
    }
  }

  func parameters(_ run: Int) -> [Float] {
    var parameters = OrthogonalInitializer.parameters(layout, seeds: [UInt64(run)])
    for layer in layout.layers {
      if layer.kind == .normalisation {
        for place in layer.weightPlaces {
          parameters[place] += TestNumbers.uniform(UInt32(220 + run), place, scale: 0.5)
        }
      }
      for column in 0..<layer.outputs {
        parameters[layer.biasOffset + column] = TestNumbers.uniform(UInt32(200 + run), column, scale: 0.3)
      }
    }
    return parameters
  }

  func logitGradient(_ run: Int, _ row: Int, _ action: Int) -> Float {
    row < counts[run].acting && action < architecture.actions && !isLeftOut(run, row, action)
      ? TestNumbers.uniform(UInt32(300 + run), row * 64 + action) : 0
  }

  /// Whether nobody computes or reads a logit: that of a wide action, in whole groups of 8, in a row without such.
  func isLeftOut(_ run: Int, _ row: Int, _ column: Int) -> Bool {
    guard let wideActions, row >= wideRows[run] else { return false }
    return ((wideActions.lowerBound + 7) / 8 * 8..<wideActions.upperBound / 8 * 8).contains(column)
  }
  func valueGradient(_ run: Int, _ row: Int) -> Float { TestNumbers.uniform(UInt32(400 + run), row) }

  /// What a twin makes of the rows of a run, and its gradient by the parameters.
  func expected(
    _ twin: PolicyNetworkTwin, run: Int
  ) -> (outputs: PolicyNetworkTwin.Outputs, gradient: [Double]) {
    let (outputs, rows) = (twin.forward(inputRows(run)), 0..<counts[run].all)
    let gradient = twin.gradient(
      outputs,
      logits: rows.map { row in (0..<architecture.actions).map { Double(logitGradient(run, row, $0)) } },
      values: rows.map { Double(valueGradient(run, $0)) })
    return (outputs, gradient)
  }

  /// Logits, values and gradient of a run beside those of a twin, padded as in the workspace; and the twin's outputs.
  func compared(
    _ result: Result, _ twin: PolicyNetworkTwin, run: Int
  ) -> (pairs: [(found: [Float], expected: [Double])], outputs: PolicyNetworkTwin.Outputs) {
    let (outputs, gradient) = expected(twin, run: run)
    let pitch = layout.layers[layout.actorOutput].paddedOutputs
    let logits = (0..<counts[run].acting).flatMap { row in
      (0..<pitch).map { $0 < architecture.actions ? outputs.logits[row][$0] : 0 }
    }
    let values = outputs.values.flatMap { [$0] + [Double](repeating: 0, count: 7) }
    let pairs = [(result.logits[run], logits), (result.values[run], values), (result.gradients[run], gradient)]
    return (pairs.map { (Result.floats($0), $1) }, outputs)
  }

  /// By how many times the values of a run are nearer to those of a twin that rounds than to those of one that does not.
  func nearness(_ result: Result, to rounded: PolicyNetworkTwin.Outputs, run: Int) -> Double {
    let exact = PolicyNetworkTwin(architecture, parameters: parameters(run).map(Double.init))
    let found = Result.floats(result.values[run])
    func error(_ expected: [Double]) -> Double {
      expected.enumerated().map { abs(Double(found[8 * $0]) - $1) }.max() ?? 0
    }
    return error(exact.forward(inputRows(run)).values) / error(rounded.values)
  }

  /// The gradient of `logitGradient` and `valueGradient` over the minibatches of `runs` as one window, in chunks of `chunk` rows.
  func pass(runs: [Int], chunk: Int) throws -> Result {
    let device = try TestDevice.make(profile: profile)
    let table = BufferTable(device: device)
    let network = try PolicyNetwork(
      architecture: architecture,
      observation: .bits(words: wordCount),
      device: device, wideActions: wideActions, table: table, windowRuns: runs.count + 1, rowCapacity: chunk,
      precision: precision, training: true, kernelSplits: splits)
    func register<T>(_ name: String, _ type: T.Type, _ count: Int) -> Buffer<T> {
      table.register(name, of: type, runs: runs.count, perRun: [("count", count)], persistence: .scratch)
    }
    let rowTotal = (counts.map(\.all).max()! + chunk - 1) / chunk * chunk
    let observations = register("observations", UInt32.self, Self.observationRows * wordCount)
    let indices = register("row_indices", UInt32.self, rowTotal)
    let rowCounts = register("row_counts", UInt32.self, PolicyNetwork.rowCountWords)
    let policyIndices = register("policy_indices", UInt32.self, 1)
    let parameterSets = register("parameters", Float.self, layout.count)
    let parameterGradients = register("gradients", Float.self, network.gradientSplits * layout.count)
    let given = try GivenGradients(device, runs: runs.count, rows: chunk)
    try table.allocate()

    // Rows beyond the counts, whoever reads them.
    try network.inputsBuffer.write([Float](repeating: .nan, count: network.inputsBuffer.count))
    for (slot, run) in runs.enumerated() {
      try observations.write(observationWords(run), run: slot)
      try indices.write((0..<rowTotal).map { UInt32(index(run, $0)) }, run: slot)
      // Parameter sets lie in the opposite order, so that policy indices matter.
      try policyIndices.write([UInt32(runs.count - 1 - slot)], run: slot)
      try parameterSets.write(parameters(run), run: runs.count - 1 - slot)
    }

    let window = 0..<runs.count
    var result = Result(
      logits: runs.map { _ in [] }, values: runs.map { _ in [] }, gradients: [])
    for first in stride(from: 0, to: rowTotal, by: chunk) {
      for (slot, run) in runs.enumerated() {
        let count = counts[run]
        try rowCounts.write(
          [count.all, count.acting, wideRows.isEmpty ? 0 : wideRows[run]].map {
            UInt32(min(max($0 - first, 0), chunk))
          }, run: slot)
        try network.logitGradients.write(
          (0..<chunk).flatMap { row in
            (0..<network.logitPitch).map {
              isLeftOut(run, first + row, $0) ? .nan : logitGradient(run, first + row, $0)
            }
          },
          run: slot)
        try network.valueGradients.write(
          (0..<chunk).flatMap { row in
            (0..<network.valuePitch).map { $0 == 0 ? valueGradient(run, first + row) : 0 }
          }, run: slot)
      }
      let rows = Rows(
        runs: runs.count, count: chunk, counts: RunWindow(rowCounts, runs: window),
        observations: Observations(RunWindow(observations, runs: window)), indices: RunWindow(indices, runs: window),
        indexOffset: first)
      try device.run { recorder in
        network.adopt(recorder, parameters: parameterSets.whole)
        try network.gradient(
          recorder, rows: rows,
          policies: Policies(parameterSets.whole, indices: RunWindow(policyIndices, runs: window)), loss: given.loss,
          metrics: given.loss,
          into: GradientTarget(
            RunWindow(parameterGradients, runs: window), minibatchRows: rowTotal, firstRow: first))
      }
      for (slot, run) in runs.enumerated() {
        let all = min(max(counts[run].all - first, 0), chunk)
        let acting = min(max(counts[run].acting - first, 0), chunk)
        result.logits[slot] += try network.logits.read(run: slot).prefix(acting * network.logitPitch).map(\.bitPattern)
        result.values[slot] += try network.values.read(run: slot).prefix(all * network.valuePitch).map(\.bitPattern)
      }
    }
    result.gradients = try window.map { try parameterGradients.read(run: $0).map(\.bitPattern) }
    device.requireNoValidationMessages()
    return result
  }
}
