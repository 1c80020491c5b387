import CShaders
import Environments
import Networks
import Training
import VulkanCompute

/// Plays up to B cells at a time on the device, one env step of all of them after the other:
///
///     observe; list acting rows; expand; actor; select actions; step; track games; reset where done
///
/// Recurrent networks see every env step of a game; each seat of a cell carries its hidden states, which are 0 when a game
/// begins.
///
/// The network's runs are the seats: z = cell * A + seat, each with the parameters of its policy.
final class CellPlayer {
  let shape: EvaluationShape
  /// B
  let cells: Int
  let environment: VectorEnvironment
  let buffers: PlayBuffers
  let network: PolicyNetwork
  let parameters: Buffer<Float>  // (policies, P)
  let windows: PolicyWindows
  /// Where policies are compared with themselves on images of their observations.
  let probe: EquivarianceProbe?
  let device: Device
  let macros: [String: String]
  let listRows: Kernel
  let trackGames: Kernel

  /// Takes the memory and puts all policies on the device.
  convenience init(
    shape: EvaluationShape, cells: Int, environment game: any Environment, architecture: NetworkArchitecture,
    policies: [EvaluationPolicy], symmetries: SymmetryFamily? = nil, device: Device, policiesPerWindow: Int? = nil
  ) throws {
    let table = BufferTable(device: device)
    try self.init(
      shape: shape, cells: cells, environment: game, architecture: architecture, policies: policies.count,
      symmetries: symmetries, device: device, policiesPerWindow: policiesPerWindow, table: table)
    try table.allocate()
    try environment.initialize(seeds: Array(repeating: 0, count: cells))
    try probe?.symmetries.initialize()
    for (index, policy) in policies.enumerated() { try parameters.write(policy.parameters, run: index) }
  }

  /// Registers the memory in `table`.
  private init(
    shape: EvaluationShape, cells: Int, environment game: any Environment, architecture: NetworkArchitecture,
    policies: Int, symmetries: SymmetryFamily?, device: Device, policiesPerWindow: Int?, table: BufferTable
  ) throws {
    precondition(shape.environments <= 0xFFFF, "list_acting_rows counts rows in half words")
    self.shape = shape
    self.cells = cells
    self.device = device
    environment = try VectorEnvironment(
      environment: game, runs: cells, environmentsPerRun: shape.environments, device: device, table: table)
    windows = PolicyWindows(
      policies: policies,
      limit: policiesPerWindow ?? PolicyWindows.limit(ParameterLayout(architecture), device: device))
    buffers = PlayBuffers(
      shape, of: game, hiddenWidth: architecture.gru.map(ParameterLayout.padded), cells: cells,
      policyWindows: windows.count,
      table: table)
    network = try PolicyNetwork(
      architecture: architecture, observation: ObservationSource(game), device: device,
      wideActions: game.wideActions, table: table, windowRuns: cells * shape.agents, rowCapacity: shape.environments,
      training: false)
    parameters = table.register(
      "evaluation.parameters", of: Float.self, runs: policies, perRun: [("P", network.layout.count)],
      persistence: .scratch)
    probe = try symmetries.map {
      try EquivarianceProbe(
        $0, shape: shape, cells: cells, environment: game, architecture: architecture, device: device, table: table)
    }
    macros = [
      "AGENTS": "\(shape.agents)u", "MASK_WORDS": "\(shape.maskWords)u",
      "LOGIT_COLUMNS": "\(network.logitPitch)u",
    ].merging(network.rowMacros) { $1 }
    let list = architecture.gru == nil ? "list_acting_rows" : "list_sequence_rows"
    listRows = try device.kernel("Evaluation/\(list).comp", macros: macros)
    trackGames = try device.kernel(
      "Evaluation/track_games.comp",
      macros: shape.outcomes > 0 ? macros.merging(["OUTCOMES": "\(shape.outcomes)u"]) { $1 } : macros)
  }

  /// Bytes that every cell takes: in all buffers, and in the one that grows most.
  static func bytesPerCell(
    _ shape: EvaluationShape, environment: any Environment, architecture: NetworkArchitecture,
    symmetries: SymmetryFamily?, device: Device
  ) throws -> (all: Int, largest: Int) {
    let plans = try [1, 2].map { cells in
      let table = BufferTable(device: nil)
      _ = try CellPlayer(
        shape: shape, cells: cells, environment: environment, architecture: architecture, policies: 1,
        symmetries: symmetries, device: device, policiesPerWindow: nil, table: table)
      return table
    }
    return plans[0].growth(to: plans[1])
  }
}
