import CShaders
import Environments
import Networks
import VulkanCompute

/// The device's memory of the cells that play at the same time (B of them), whatever networks their policies have.
struct PlayBuffers {
  let transitions: Transitions  // (B, 1, …), rows of observations and masks padded
  let games: Buffer<UInt32>  // (B, N, GAMES_WORDS)
  let returns: Buffer<Float>  // (B, N, RETURN_FLOATS)
  let outcomeSums: Buffer<Float>?  // (B, N, E), where the game has outcomes
  let decisions: Buffer<UInt32>  // (B, N, A, DECISION_WORDS)

  init(_ shape: EvaluationShape, of environment: any EnvironmentKernels, cells: Int, table: BufferTable) {
    func register<T: BitwiseCopyable>(_ name: String, of type: T.Type, _ axes: [(String, Int)]) -> Buffer<T> {
      table.register("evaluation.\(name)", of: type, runs: cells, perRun: axes, persistence: .scratch)
    }
    let environments = ("N", shape.environments)
    transitions = Transitions(
      "evaluation.", of: environment, runs: cells, environments: shape.environments,
      rowsPerStep: shape.observationRows, table: table)
    games = register("games", of: UInt32.self, [environments, ("words", Int(GAMES_WORDS))])
    returns = register("returns", of: Float.self, [environments, ("floats", Int(RETURN_FLOATS))])
    outcomeSums =
      shape.outcomes > 0 ? register("outcome_sums", of: Float.self, [environments, ("E", shape.outcomes)]) : nil
    decisions = register(
      "decisions", of: UInt32.self, [environments, ("A", shape.agents), ("words", Int(DECISION_WORDS))])
  }
}
