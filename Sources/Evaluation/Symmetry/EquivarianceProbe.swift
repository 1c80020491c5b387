import CShaders
import Environments
import Networks
import VulkanCompute

/// Compares, beside the games of a `CellPlayer`, what the policies of one `SeatedNetwork` do on their observations o and on
/// the observations g o that symmetries make of them:
///
///     draw symmetries; expand g o; actor; compare policies
///
/// The symmetry is drawn per cell, environment, game and seat, so a policy sees a whole game through the same one; it is
/// never the identity. A second network of the same parameters works on g o, with hidden states of its own where it is
/// recurrent. It reads the lists of rows of the first one, whose order by wide actions is not that of g o: it computes
/// all logits.
final class EquivarianceProbe {
  let symmetries: SymmetryTable
  /// (B, N, A) decisions, sums of divergence (nats) and total variation, agreements
  let sums: Buffer<SIMD4<Float>>
  /// (B, N A padded, Hp), of recurrent networks
  let hiddenStates: Buffer<Float>?
  private let drawn: Buffer<UInt32>  // (B, N A padded)
  private let shape: EvaluationShape
  private let network: PolicyNetwork
  private let draw: SymmetryDraw
  private let compare: Kernel

  init(
    _ symmetries: SymmetryTable, suffix: String, shape: EvaluationShape, cells: Int, environment game: any Environment,
    architecture: NetworkArchitecture, device: Device, table: BufferTable
  ) throws {
    self.shape = shape
    self.symmetries = symmetries
    network = try PolicyNetwork(
      "turned_network\(suffix)", architecture: architecture, observation: ObservationSource(game), device: device,
      symmetries: symmetries, table: table, windowRuns: cells * shape.agents, rowCapacity: shape.environments,
      training: false)
    hiddenStates = architecture.gru.map { width in
      table.register(
        "evaluation\(suffix).turned_hidden_states", of: Float.self, runs: cells,
        perRun: [("rows", shape.observationRows), ("H", ParameterLayout.padded(width))], persistence: .scratch)
    }
    drawn = table.register(
      "evaluation\(suffix).symmetries", of: UInt32.self, runs: cells, perRun: [("rows", shape.observationRows)],
      persistence: .scratch)
    sums = table.register(
      "evaluation\(suffix).equivariance", of: SIMD4<Float>.self, runs: cells,
      perRun: [("N", shape.environments), ("A", shape.agents)], persistence: .scratch)
    draw = try SymmetryDraw(symmetries, of: game, countsEpisodes: false, includesIdentity: false, device: device)
    compare = try device.kernel(
      "Evaluation/compare_policies.comp",
      macros: [
        "AGENTS": "\(shape.agents)u", "MASK_WORDS": "\(shape.maskWords)u", "LOGIT_COLUMNS": "\(network.logitPitch)u",
        "ACTION_WORDS": "\(symmetries.actionWords)u",
      ])
  }

  /// After the seated network itself has worked on `rows`.
  func record(
    _ recorder: CommandRecorder, _ cells: Range<Int>, rows: Rows, of seated: SeatedNetwork, in player: CellPlayer,
    push: EvaluationDispatch
  ) throws {
    let seats = 0..<cells.count * shape.agents
    let buffers = player.buffers
    draw.record(
      recorder, runs: cells.count, environments: shape.environments, block: 0,
      seeds: RunWindow(player.environment.seeds.window(runs: cells), stride: player.environment.seeds.runStride),
      episodes: RunWindow(buffers.games, runs: cells), episodePitch: Int(GAMES_WORDS),
      symmetries: RunWindow(drawn, runs: cells))
    let turned = rows.seen(
      through: RunWindow(drawn.window(runs: cells), stride: 0),
      carrying: hiddenStates.map { RunWindow($0.window(runs: cells), stride: 0) })
    try seated.recordActor(of: network, recorder, rows: turned)
    recorder.dispatch(
      compare,
      [
        "logits": seated.network.logits.window(runs: seats), "turned_logits": network.logits.window(runs: seats),
        "legal_masks": buffers.transitions.legalMasks.window(runs: cells),
        "workspace_rows": seated.seats.workspaceRows.window(runs: seats), "symmetries": drawn.window(runs: cells),
        "action_table": symmetries.actionTargets.whole, "equivariance": sums.window(runs: cells),
      ], push: push, groups: compare.groups(for: shape.environments), seats.count)
  }

  /// Over all environments and seats of a cell, in their order.
  func result(cell: Int) throws -> EquivarianceSums {
    try sums.read(run: cell).reduce(into: EquivarianceSums()) { total, part in
      total.decisions += Int(part.x)
      total.divergence += Double(part.y)
      total.totalVariation += Double(part.z)
      total.agreements += Int(part.w)
    }
  }
}

/// What a cell's policies did on images of their observations, summed over their decisions.
public struct EquivarianceSums: Sendable, Hashable, Codable {
  /// Moves with more than one legal action.
  public var decisions = 0
  /// Kullback-Leibler divergence of the policy on the image from the policy on the observation, in nats.
  public var divergence = 0.0
  /// Half the sum of absolute differences.
  public var totalVariation = 0.0
  /// Decisions in which both prefer the same action.
  public var agreements = 0

  static func += (total: inout EquivarianceSums, part: EquivarianceSums) {
    total.decisions += part.decisions
    total.divergence += part.divergence
    total.totalVariation += part.totalVariation
    total.agreements += part.agreements
  }
}
