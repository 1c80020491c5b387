import Environments
import Networks
import Training
import VulkanCompute

extension PolicyExamples {
  /// Observations of games of uniform random play, with what the policy computes on them on this device. A recurrent
  /// policy follows every seat through its games.
  ///
  /// - Parameters:
  ///   - parameters: One parameter set, (P) with padding.
  ///   - steps: Env steps played; every environment and seat of each step is one row.
  public static func record(
    environment: any Environment, architecture: NetworkArchitecture, parameters: [Float], device: Device,
    environments: Int = 8, steps: Int = 16
  ) throws -> PolicyExamples {
    let table = BufferTable(device: device)
    let rowsPerStep = environments * environment.agentCount
    let rows = rowsPerStep * steps
    let seats = [("N", environments), ("A", environment.agentCount)]
    func register<T: BitwiseCopyable>(_ name: String, of type: T.Type, _ axes: [(String, Int)]) -> Buffer<T> {
      table.register(name, of: type, runs: 1, perRun: axes, persistence: .scratch)
    }
    let vector = try VectorEnvironment(
      environment: environment, runs: 1, environmentsPerRun: environments, device: device, table: table)
    let play = try RandomPlay(vector, device: device, table: table)
    let network = try PolicyNetwork(
      architecture: architecture, observation: ObservationSource(environment), device: device,
      table: table, windowRuns: 1, rowCapacity: rows, training: false)
    let played = Transitions(of: environment, runs: 1, environments: environments, steps: steps, table: table)
    let sets = register("parameters", of: Float.self, [("P", network.layout.count)])
    let indices = register("row_indices", of: UInt32.self, [("C", rows)])
    let counts = register("row_counts", of: UInt32.self, [("counts", PolicyNetwork.rowCountWords)])
    let policyIndices = register("policy_indices", of: UInt32.self, [("index", 1)])
    let values = register("values", of: Float.self, [("rows", rows), ("D", environment.observationFeatureCount)])
    let hiddenWidth = architecture.gru.map(ParameterLayout.padded)
    let resets = register("resets", of: UInt32.self, [("C", rows)])
    let states = hiddenWidth.map { register("first_states", of: Float.self, seats + [("H", $0)]) }
    let unpack = try device.observationUnpacker(of: environment)
    try table.allocate()
    try vector.initialize(seeds: [0])
    try sets.write(parameters)
    try indices.write((0..<UInt32(rows)).map { $0 })
    try counts.write(Array(repeating: UInt32(rows), count: PolicyNetwork.rowCountWords))

    try device.run { recorder in
      vector.recordFirstEpisodes(recorder, runs: 0..<1, of: played)
      for t in 0..<steps {
        vector.recordEnvStep(recorder, runs: 0..<1, step: t, into: played) {
          play.recordChoose(recorder, runs: 0..<1, step: t, into: played)
        }
      }
    }
    let ended = try played.dones.read(run: 0)
    try resets.write(
      (0..<rows).map { row -> UInt32 in
        let (t, actor) = row.quotientAndRemainder(dividingBy: rowsPerStep)
        return t == 0 ? 0 : ended[(t - 1) * environments + actor / environment.agentCount]
      })
    try device.run { recorder in
      let valueCount = rows * environment.observationFeatureCount
      recorder.dispatch(
        unpack, ["observations": played.observations.whole, "values": values.whole], push: UInt32(valueCount),
        groups: unpack.groups(for: valueCount))
      let sequences = states.map { states in
        SequenceRows(
          sequences: rowsPerStep, steps: steps, states: RunWindow(states, runs: 0..<1), stateRows: rowsPerStep,
          indices: RunWindow(indices, runs: 0..<1), resets: RunWindow(resets, runs: 0..<1), keeping: .unchanged)
      }
      let chunk = Rows(
        runs: 1, count: rows, counts: RunWindow(counts, runs: 0..<1),
        observations: Observations(RunWindow(played.observations, runs: 0..<1)),
        indices: RunWindow(indices, runs: 0..<1),
        sequences: sequences)
      try network.forward(
        recorder, rows: chunk, policies: [Policies(sets.whole, indices: RunWindow(policyIndices, runs: 0..<1))])
    }
    let masks = try played.legalMasks.read(run: 0)
    var legal = [UInt8](repeating: 0, count: rows * environment.actionCount)
    for row in 0..<rows {
      let words = masks[row * environment.maskWordCount..<(row + 1) * environment.maskWordCount]
      for action in environment.legalActions(inMask: words) { legal[row * environment.actionCount + action] = 1 }
    }
    func columns(_ buffer: Buffer<Float>, pitch: Int, count: Int) throws -> [Float] {
      let values = try buffer.read(run: 0)
      return (0..<rows).flatMap { values[$0 * pitch..<$0 * pitch + count] }
    }
    let hiddenStates = try network.hiddenStates.map { buffers in
      let (pitch, width) = (hiddenWidth ?? 0, architecture.gru ?? 0)
      return HiddenStates(
        before: try columns(buffers.before, pitch: pitch, count: width),
        after: try columns(buffers.after, pitch: pitch, count: width))
    }
    return PolicyExamples(
      steps: steps, agents: environment.agentCount, observations: try values.read(run: 0), legalMasks: legal,
      logits: try columns(network.logits, pitch: network.logitPitch, count: architecture.actions),
      values: try columns(network.values, pitch: network.valuePitch, count: 1),
      actions: try played.actions.read(run: 0).map { Int32($0) }, rewards: try played.rewards.read(run: 0),
      dones: (0..<rows).map { UInt8(ended[$0 / environment.agentCount]) }, hiddenStates: hiddenStates)
  }
}
