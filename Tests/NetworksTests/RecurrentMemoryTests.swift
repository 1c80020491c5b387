// A GRU learns to remember, which needs gradients through time; a feed-forward network cannot.
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

@Suite struct RecurrentMemoryTests {
  /// Every sequence shows one bit in its first step; the value of the last step has to be +1 or -1 by it. What a network
  /// without memory can reach is an error of 1.
  @Test func theFirstObservationIsRecalledInTheLastStep() throws {
    #expect(try Self.finalError(gru: 8) < 0.05)
    #expect(try Self.finalError(gru: nil) > 0.9)
  }

  private static let (sequences, steps) = (16, 6)

  /// Mean squared error after 150 Adam steps.
  private static func finalError(gru: Int?) throws -> Double {
    let device = try TestDevice.make(validation: .off)
    let table = BufferTable(device: device)
    let rows = sequences * steps
    let network = try PolicyNetwork(
      architecture: NetworkArchitecture(
        inputs: 3, actions: 2, trunk: [8], gru: gru, actor: [], critic: [], activation: .tanh),
      observation: .bits(words: 1), device: device,
      table: table, windowRuns: 1, rowCapacity: rows, training: true)
    let count = network.layout.count
    func register<T>(_ name: String, _ type: T.Type, _ count: Int) -> Buffer<T> {
      table.register(name, of: type, runs: 1, perRun: [("count", count)], persistence: .scratch)
    }
    let observations = register("observations", UInt32.self, rows)
    let indices = register("row_indices", UInt32.self, rows)
    let (counts, policy) = (register("row_counts", UInt32.self, 3), register("policy_indices", UInt32.self, 1))
    let resets = register("resets", UInt32.self, rows)
    let states = register("states", Float.self, sequences * 8)
    let (parameters, splits) = (register("parameters", Float.self, count), network.gradientSplits)
    let gradients = register("gradients", Float.self, splits * count)
    try table.allocate()
    // Bit 0: whether this is the first step; bits 1 and 2: what it shows.
    try observations.write((0..<rows).map { $0 < sequences ? 1 | 2 << UInt32($0 % 2) : 0 })
    try indices.write((0..<UInt32(rows)).map { $0 })
    try counts.write(Array(repeating: UInt32(rows), count: 3))
    let chunk = Rows(
      runs: 1, count: rows, counts: RunWindow(counts, runs: 0..<1),
      observations: Observations(RunWindow(observations, runs: 0..<1)), indices: RunWindow(indices, runs: 0..<1),
      sequences: gru == nil
        ? nil
        : SequenceRows(
          sequences: sequences, steps: steps, states: RunWindow(states, runs: 0..<1), stateRows: sequences,
          indices: RunWindow(indices, runs: 0..<1), resets: RunWindow(resets, runs: 0..<1), keeping: .unchanged))
    let policies = Policies(parameters.whole, indices: RunWindow(policy, runs: 0..<1))
    let forward = try device.record { try network.forward($0, rows: chunk, policies: [policies]) }
    let given = try GivenGradients(device, rows: sequences * steps)
    let backward = try device.record { recorder in
      network.clear(recorder, runs: 1, gradients: RunWindow(gradients, runs: 0..<1))
      try network.gradient(
        recorder, rows: chunk, policies: policies, loss: given.loss, metrics: given.loss,
        into: GradientTarget(RunWindow(gradients, runs: 0..<1), minibatchRows: 1))
    }
    var adam = Adam(
      parameters: OrthogonalInitializer.parameters(network.layout, seeds: [4]).map { Double($0) }, beta1: 0.9,
      beta2: 0.999, epsilon: 1e-8)
    var error = 0.0
    for step in 1...150 {
      try parameters.write(adam.parameters.map { Float($0) })
      try device.submit(forward).wait()
      var byValue = [Float](repeating: 0, count: rows * network.valuePitch)
      let values = try network.values.read(run: 0)
      error = 0
      for sequence in 0..<sequences {
        let place = (rows - sequences + sequence) * network.valuePitch
        let difference = values[place] - (sequence % 2 == 0 ? 1 : -1)
        byValue[place] = 2 * difference / Float(sequences)
        error += Double(difference * difference) / Double(sequences)
      }
      try network.valueGradients.write(byValue, run: 0)
      try device.submit(backward).wait()
      let parts = try gradients.read(run: 0)
      let gradient = (0..<count).map { place in (0..<splits).reduce(0) { $0 + Double(parts[$1 * count + place]) } }
      adam.step(
        gradient,
        PrepareStep(gradient: gradient, step: step, learningRate: 0.02, beta1: 0.9, beta2: 0.999, maxNorm: 1e9))
    }
    return error
  }
}
