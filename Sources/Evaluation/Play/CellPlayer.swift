import CShaders
import Environments
import Networks
import Training
import VulkanCompute

/// Plays up to B cells at a time on the device, one env step of all of them after the other:
///
///     observe; for every network { list acting rows; expand; actor; select actions }; step; track games; reset where done
///
/// Every network chooses for the seats of its policies (`SeatedPolicies`). Recurrent ones see every env step of a game; each
/// seat of a cell carries its hidden states, which are 0 when a game begins.
final class CellPlayer {
  let shape: EvaluationShape
  /// B
  let cells: Int
  let environment: VectorEnvironment
  let buffers: PlayBuffers
  /// One per roster.
  let seated: [any SeatedPolicies]
  let device: Device
  let trackGames: Kernel
  private let symmetries: SymmetryTable?

  /// Takes the memory and puts all policies on the device.
  ///
  /// - Parameters:
  ///   - rosters: Teams name their policies by the places that they have among those of all.
  ///   - symmetries: Compares all policies with themselves on images of their observations.
  convenience init(
    shape: EvaluationShape, cells: Int, environment game: any Environment, rosters: [Roster],
    symmetries: SymmetryFamily? = nil, device: Device, policiesPerWindow: Int? = nil
  ) throws {
    let table = BufferTable(device: device)
    try self.init(
      shape: shape, cells: cells, environment: game, networks: rosters.map { ($0.network, $0.policies.count) },
      symmetries: symmetries, device: device, policiesPerWindow: policiesPerWindow, table: table)
    try table.allocate()
    try environment.initialize(seeds: Array(repeating: 0, count: cells))
    try self.symmetries?.initialize()
    for (roster, seated) in zip(rosters, seated) {
      guard let network = seated as? SeatedNetwork else { continue }
      for (index, policy) in roster.policies.enumerated() {
        try network.parameters.write(policy.parameters, run: index)
      }
    }
  }

  /// Registers the memory in `table`.
  private init(
    shape: EvaluationShape, cells: Int, environment game: any Environment,
    networks: [(network: Roster.Network, policies: Int)], symmetries: SymmetryFamily?, device: Device,
    policiesPerWindow: Int?, table: BufferTable
  ) throws {
    precondition(shape.environments <= 0xFFFF, "list_acting_rows counts rows in half words")
    self.shape = shape
    self.cells = cells
    self.device = device
    environment = try VectorEnvironment(
      environment: game, runs: cells, environmentsPerRun: shape.environments, device: device, table: table)
    buffers = PlayBuffers(shape, of: game, cells: cells, table: table)
    let images = symmetries.map { SymmetryTable($0, of: game, table: table) }
    self.symmetries = images
    var first = 0
    let masks = buffers.transitions.legalMasks
    seated = try networks.enumerated().map { number, entry in
      let members = first..<first + entry.policies
      first = members.upperBound
      switch entry.network {
      case .layers(let architecture):
        return try SeatedNetwork(
          number: number, architecture, members: members, shape: shape, cells: cells, environment: game,
          symmetries: images, device: device, policiesPerWindow: policiesPerWindow, table: table)
      case .foreign(let policy):
        return try SeatedForeigner(
          number: number, policy, members: members, shape: shape, cells: cells, environment: game, masks: masks,
          device: device, table: table)
      }
    }
    var macros = ["AGENTS": "\(shape.agents)u"]
    if shape.outcomes > 0 { macros["OUTCOMES"] = "\(shape.outcomes)u" }
    trackGames = try device.kernel("Evaluation/track_games.comp", macros: macros)
  }

  /// Those of our networks.
  var networks: [SeatedNetwork] { seated.compactMap { $0 as? SeatedNetwork } }

  /// Bytes that every cell takes: in all buffers, and in the one that grows most.
  static func bytesPerCell(
    _ shape: EvaluationShape, environment: any Environment, networks: [Roster.Network],
    symmetries: SymmetryFamily?, device: Device
  ) throws -> (all: Int, largest: Int) {
    let plans = try [1, 2].map { cells in
      let table = BufferTable(device: nil)
      _ = try CellPlayer(
        shape: shape, cells: cells, environment: environment, networks: networks.map { ($0, 1) },
        symmetries: symmetries, device: device, policiesPerWindow: nil, table: table)
      return table
    }
    return plans[0].growth(to: plans[1])
  }
}
