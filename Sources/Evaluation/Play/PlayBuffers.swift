import CShaders
import Environments
import Networks
import VulkanCompute

/// The device's memory of the cells that play at the same time (B of them), beside that of environment and network.
struct PlayBuffers {
  let transitions: Transitions  // (B, 1, …), rows of observations and masks padded
  let games: Buffer<UInt32>  // (B, N, GAMES_WORDS)
  let returns: Buffer<Float>  // (B, N, RETURN_FLOATS)
  let outcomeSums: Buffer<Float>?  // (B, N, E), where the game has outcomes
  let decisions: Buffer<UInt32>  // (B, N, A, DECISION_WORDS)
  let rowIndices: Buffer<UInt32>  // (B A, N)
  /// (blocks B A, counts): all rows, then those of every window of policies if there are several.
  let rowCounts: Buffer<UInt32>
  let workspaceRows: Buffer<UInt32>  // (B A, N)
  let policyIndices: Buffer<UInt32>  // (B A, 1): within the window of the policy
  let seatWindows: Buffer<UInt32>  // (B A, counts): the window in word 0
  let hiddenStates: Buffer<Float>?  // (B, N A padded, Hp), of recurrent networks
  let resets: Buffer<UInt32>?  // (B A, N): whether a game ended just before, for recurrent networks

  /// - Parameter hiddenWidth: Hp; nil for feed-forward networks.
  init(
    _ shape: EvaluationShape, of environment: any EnvironmentKernels, hiddenWidth: Int?, cells: Int, policyWindows: Int,
    table: BufferTable
  ) {
    func register<T: BitwiseCopyable>(
      _ name: String, of type: T.Type, perSeat: Bool = false, blocks: Int = 1, _ axes: [(String, Int)]
    ) -> Buffer<T> {
      table.register(
        "evaluation.\(name)", of: type, runs: perSeat ? blocks * cells * shape.agents : cells, perRun: axes,
        persistence: .scratch)
    }
    let environments = ("N", shape.environments)
    let seats = [environments, ("A", shape.agents)]
    transitions = Transitions(
      "evaluation.", of: environment, runs: cells, environments: shape.environments,
      rowsPerStep: shape.observationRows, table: table)
    games = register("games", of: UInt32.self, [environments, ("words", Int(GAMES_WORDS))])
    returns = register("returns", of: Float.self, [environments, ("floats", Int(RETURN_FLOATS))])
    outcomeSums =
      shape.outcomes > 0 ? register("outcome_sums", of: Float.self, [environments, ("E", shape.outcomes)]) : nil
    decisions = register("decisions", of: UInt32.self, seats + [("words", Int(DECISION_WORDS))])
    rowIndices = register("row_indices", of: UInt32.self, perSeat: true, [environments])
    rowCounts = register(
      "row_counts", of: UInt32.self, perSeat: true, blocks: policyWindows > 1 ? 1 + policyWindows : 1,
      [("counts", PolicyNetwork.rowCountWords)])
    workspaceRows = register("workspace_rows", of: UInt32.self, perSeat: true, [environments])
    policyIndices = register("policy_indices", of: UInt32.self, perSeat: true, [("index", 1)])
    seatWindows = register("seat_windows", of: UInt32.self, perSeat: true, [("counts", PolicyNetwork.rowCountWords)])
    hiddenStates = hiddenWidth.map {
      register("hidden_states", of: Float.self, [("rows", shape.observationRows), ("H", $0)])
    }
    resets = hiddenWidth.map { _ in register("resets", of: UInt32.self, perSeat: true, [environments]) }
  }
}
