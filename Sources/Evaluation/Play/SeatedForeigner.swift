import CShaders
import Environments
import Foundation
import Networks
import VulkanCompute

/// A policy that another program computes: kernels unpack observations into memory that the host sees, and a step of the host
/// has the logits computed, seat by seat.
final class SeatedForeigner: SeatedPolicies {
  let members: Range<Int>
  let windows: PolicyWindows
  let seats: SeatBuffers
  let logits: Buffer<Float>  // (B A, N, K)
  let macros: [String: String]
  let probe: EquivarianceProbe? = nil
  private let policy: any ForeignPolicy
  private let shape: EvaluationShape
  private let observations: Buffer<Float>  // (B, N A padded, D)
  private let legalMasks: Buffer<UInt32>  // (B, words of the games' masks)
  private let listRows: Kernel
  private let unpack: Kernel
  private let failure = FirstFailure()

  /// Registers the memory in `table`.
  ///
  /// - Parameter number: Of the roster among all, from 0.
  init(
    number: Int, _ policy: any ForeignPolicy, members: Range<Int>, shape: EvaluationShape, cells: Int,
    environment game: any Environment, masks: Buffer<UInt32>, device: Device, table: BufferTable
  ) throws {
    precondition(
      members.count == 1 && policy.features == game.observationFeatureCount && policy.actions == shape.actions)
    self.policy = policy
    self.members = members
    self.shape = shape
    windows = PolicyWindows(policies: 1, limit: 1)
    let name = "evaluation\(number == 0 ? "" : "_\(number + 1)").foreign"
    seats = SeatBuffers(
      name, shape, hiddenWidth: policy.hiddenWidth, cells: cells, policyWindows: 1, table: table, isHostVisible: true)
    func register<T: BitwiseCopyable>(
      _ part: String, of type: T.Type, runs: Int, _ axes: [(String, Int)]
    ) -> Buffer<T> {
      table.register("\(name).\(part)", of: type, runs: runs, perRun: axes, persistence: .scratch, isHostVisible: true)
    }
    logits = register(
      "logits", of: Float.self, runs: cells * shape.agents, [("N", shape.environments), ("K", policy.actions)])
    observations = register(
      "features", of: Float.self, runs: cells, [("rows", shape.observationRows), ("D", policy.features)])
    legalMasks = register("legal_masks", of: UInt32.self, runs: cells, [("words", masks.runStride)])
    macros = [
      "AGENTS": "\(shape.agents)u", "MASK_WORDS": "\(shape.maskWords)u", "LOGIT_COLUMNS": "\(policy.actions)u",
    ]
    let list = policy.hiddenWidth == nil ? "list_acting_rows" : "list_sequence_rows"
    listRows = try device.kernel("Evaluation/\(list).comp", macros: macros)
    unpack = try device.observationUnpacker(of: game)
  }

  var counters: [AnyBuffer?] { [seats.hiddenStates] }

  func recordLogits(
    _ recorder: CommandRecorder, _ cells: Range<Int>, of player: CellPlayer, heads: Set<PolicyNetwork.Head>,
    push: EvaluationDispatch
  ) throws {
    seats.recordRows(recorder, listRows, cells, of: player.buffers, shape, push: push)
    let transitions = player.buffers.transitions
    let count = shape.observationRows * policy.features
    for cell in cells {
      recorder.dispatch(
        unpack,
        [
          "observations": transitions.observations.window(runs: cell..<cell + 1),
          "values": observations.window(runs: cell..<cell + 1),
        ], push: UInt32(count), groups: unpack.groups(for: count))
    }
    recorder.copy(from: transitions.legalMasks.window(runs: cells), to: legalMasks.window(runs: cells))
    let step = Step(self, cells: cells.count)
    let windows = [observations.whole, legalMasks.whole, logits.whole] + seats.all.map(\.whole)
    recorder.host("foreign policy", using: windows) { step.run() }
  }

  func outputs(seat: Int, row: Int) throws -> (logits: [Float], value: Float?) {
    let first = seat * logits.runStride + row * policy.actions
    return (try logits.read(first..<first + policy.actions), nil)
  }

  func rowShares(cells count: Int) throws -> SIMD4<Double> { .one }

  func requireNoFailure() throws { if let error = failure.error { throw error } }

  /// What the host does in an env step, by addresses.
  private struct Step: @unchecked Sendable {
    let policy: any ForeignPolicy
    let failure: FirstFailure
    let seats, agents, environments, maskWords, observationRows: Int
    let observations: UnsafePointer<Float>
    let masks, counts, indices: UnsafePointer<UInt32>
    let maskStride, countStride, indexStride, logitStride: Int
    let resets: UnsafePointer<UInt32>?
    let states: UnsafeMutablePointer<Float>?
    let logits: UnsafeMutablePointer<Float>

    init(_ seated: SeatedForeigner, cells: Int) {
      (policy, failure) = (seated.policy, seated.failure)
      let shape = seated.shape
      (seats, agents, environments) = (cells * shape.agents, shape.agents, shape.environments)
      (maskWords, observationRows) = (shape.maskWords, shape.observationRows)
      observations = UnsafePointer(seated.observations.whole.address(of: Float.self))
      masks = UnsafePointer(seated.legalMasks.whole.address(of: UInt32.self))
      counts = UnsafePointer(seated.seats.rowCounts.whole.address(of: UInt32.self))
      indices = UnsafePointer(seated.seats.rowIndices.whole.address(of: UInt32.self))
      maskStride = seated.legalMasks.runStride
      countStride = seated.seats.rowCounts.runStride
      indexStride = seated.seats.rowIndices.runStride
      logitStride = seated.logits.runStride
      resets = seated.seats.resets.map { UnsafePointer($0.whole.address(of: UInt32.self)) }
      states = seated.seats.hiddenStates.map { $0.whole.address(of: Float.self) }
      logits = seated.logits.whole.address(of: Float.self)
    }

    func run() {
      let work = environments * policy.features * policy.actions
      HostPieces.perform(seats, operations: seats * work) { seat in
        do { try compute(seat) } catch { failure.note(error) }
      }
    }

    /// All rows of one seat of one cell.
    private func compute(_ seat: Int) throws {
      let rows = Int(counts[seat * countStride + Int(ROW_COUNT_ALL)])
      guard rows > 0 else { return }
      let (features, actions, width) = (policy.features, policy.actions, policy.hiddenWidth ?? 0)
      let places = (0..<rows).map { Int(indices[seat * indexStride + $0]) }
      let cell = seat / agents
      let inputs = places.flatMap { UnsafeBufferPointer(start: observations + $0 * features, count: features) }
      let legal = places.flatMap { place -> [UInt8] in
        let mask = masks + cell * maskStride + (place - cell * observationRows) * maskWords
        return (0..<actions).map { UInt8(mask[$0 / 32] >> UInt32($0 % 32) & 1) }
      }
      let memory = places.enumerated().flatMap { row, place -> [Float] in
        guard let states, let resets else { return [] }
        if resets[seat * indexStride + row] != 0 { return Array(repeating: 0, count: width) }
        return Array(UnsafeBufferPointer(start: states + place * width, count: width))
      }
      let computed = try policy.step(
        rows: rows, observations: inputs, legalMasks: legal, hiddenStates: width > 0 ? memory : nil)
      (logits + seat * logitStride).update(from: computed.logits, count: rows * actions)
      guard let states, let next = computed.nextHiddenStates else { return }
      for (row, place) in places.enumerated() {
        for unit in 0..<width { states[place * width + unit] = next[row * width + unit] }
      }
    }
  }
}

/// What went wrong first in steps of the host, which cannot throw.
private final class FirstFailure: @unchecked Sendable {
  private let lock = NSLock()
  private var first: (any Error)?

  var error: (any Error)? { lock.withLock { first } }

  func note(_ error: any Error) { lock.withLock { first = first ?? error } }
}
