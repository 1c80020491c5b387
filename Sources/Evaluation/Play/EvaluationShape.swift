import Environments
import Networks
import VulkanCompute

/// The sizes of one evaluation: what buffers and kernels are made for.
struct EvaluationShape {
  /// Games of every cell.
  let games: Int
  /// N, environments of a cell. A function of `games` only, since random numbers are keyed by the environment.
  let environments: Int
  /// A
  let agents: Int
  /// K
  let actions: Int
  let maskWords: Int
  /// W, words of a packed observation
  let observationWords: Int
  /// E, outcomes of the game
  let outcomes: Int

  /// More environments would play fewer games each, and a cell waits for its slowest environment.
  static let mostEnvironments = 64

  /// - Parameter mostEnvironments: Among how many environments the games are shared, at most.
  init(games: Int, environment: any EnvironmentKernels, mostEnvironments: Int = Self.mostEnvironments) {
    self.games = games
    environments = min(games, mostEnvironments)
    agents = environment.agentCount
    actions = environment.actionCount
    maskWords = environment.maskWordCount
    observationWords = environment.observationWordCount
    outcomes = environment.outcomeCount
  }

  /// Games of environment n, fixed beforehand; the sum over the environments is `games`.
  func quota(_ n: Int) -> Int { games / environments + (n < games % environments ? 1 : 0) }

  /// Observation rows of a cell, padded so that the rows of all cells are one list at any W.
  var observationRows: Int { (environments * agents + 63) / 64 * 64 }

  /// Cells that play at the same time: what memory, one binding and a grid of workgroups allow, and no more rows than
  /// keep the device busy.
  ///
  /// - Parameters:
  ///   - bytes: What a cell takes in all buffers, and in the largest.
  ///   - networks: Those that work on the rows of a cell.
  func automaticCells(_ bytes: (all: Int, largest: Int), networks: Int, device: DeviceDescription) -> Int {
    let busyRows = device.kind == .cpu ? 16_384 : 262_144
    let limits = [
      busyRows / (agents * environments * networks), device.maxGroupCount.x / agents, device.maxGroupCount.z / agents,
      device.bindingBytes(.storage) / bytes.largest, device.planningBytes / 4 / bytes.all,
    ]
    return max(1, limits.min() ?? 1)
  }
}
