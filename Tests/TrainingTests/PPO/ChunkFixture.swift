import CShaders
import Networks
import TestSupport
import VulkanCompute

/// A chunk of rollout rows of several runs with logits, values and legal masks: what the kernels over a chunk read.
///
/// Logits of waiting rows, padding and rows past the chunk hold guard words, so that a kernel that uses them fails.
struct ChunkFixture {
  let device: Device
  let runs: Int
  /// Rows of the chunk.
  let rows: Int
  let actions: Int

  /// Rollout rows of a run; the chunk holds some of them.
  var rolloutRows: Int { rows + Self.otherRows }
  private static let otherRows = 13
  /// C
  var capacity: Int { rows + 5 }
  var maskWords: Int { (actions + 31) / 32 }
  var logitColumns: Int { ParameterLayout.padded(actions) }
  let valueColumns = 8
  private let legalActions: [[[Bool]]]
  private let selections: [SelectRows]

  init(device: Device, runs: Int, rows: Int, actions: Int) {
    self.device = device
    self.runs = runs
    self.rows = rows
    self.actions = actions
    let legalActions = (0..<runs).map { run in
      let words = TestNumbers.words(UInt32(600 + run), count: (rows + Self.otherRows) * (actions + 1))
      return (0..<rows + Self.otherRows).map { row in
        Self.legalActions(Array(words[row * (actions + 1)..<(row + 1) * (actions + 1)]))
      }
    }
    self.legalActions = legalActions
    selections = legalActions.map { legal in
      // Every row once, in an order that is neither ascending nor the workspace's.
      let order = (0..<legal.count).sorted { ($0 * 7 % 11, $0) < ($1 * 7 % 11, $1) }
      return SelectRows(Array(order.prefix(rows))) { row in legal[row].indices.filter { legal[row][$0] } }
    }
  }

  /// About a third of the rollout rows wait: they have one legal action.
  private static func legalActions(_ words: [UInt32]) -> [Bool] {
    let actions = words.count - 1
    let one = Int(words[actions] >> 8) % actions
    if words[actions] % 3 == 0 { return (0..<actions).map { $0 == one } }
    return (0..<actions).map { words[$0] % 5 < 3 || $0 == one || $0 == (one + actions / 2) % actions }
  }

  var macros: [String: String] {
    [
      "AGENTS": "1u", "MASK_WORDS": "\(maskWords)u", "LOGIT_COLUMNS": "\(logitColumns)u",
      "VALUE_COLUMNS": "\(valueColumns)u", "CHUNK_ROWS": "\(capacity)u", "SEED_STRIDE": "32u",
    ]
  }

  func seed(_ run: Int) -> UInt64 { UInt64(run) << 40 | 17 }
  func update(_ run: Int) -> Int { 3 * run }

  /// Whether a rollout row of a run may take an action.
  func legal(_ run: Int, _ row: Int) -> [Bool] { legalActions[run][row] }

  /// Rollout rows of the chunk, acting first.
  func selection(_ run: Int) -> SelectRows { selections[run] }

  /// Logits of workspace row `i`.
  func logits(_ run: Int, _ i: Int) -> [Float] {
    (0..<actions).map { TestNumbers.uniform(UInt32(700 + run), i * 64 + $0, scale: 2) }
  }
  func value(_ run: Int, _ i: Int) -> Float { TestNumbers.uniform(UInt32(710 + run), i) }

  // MARK: On the device

  func legalMasks() throws -> GuardedBuffer<UInt32> {
    try GuardedBuffer(
      "legal_masks", on: device, count: rolloutRows * maskWords,
      values: (0..<runs).map { run in
        (0..<rolloutRows).flatMap { row in
          var words = [UInt32](repeating: 0, count: maskWords)
          for (action, isLegal) in legal(run, row).enumerated() where isLegal {
            words[action / 32] |= 1 << (action % 32)
          }
          return words
        }
      })
  }

  func logitBuffer() throws -> GuardedBuffer<Float> {
    try GuardedBuffer(
      "logits", on: device, count: capacity * logitColumns,
      values: (0..<runs).map { run in
        (0..<selection(run).actingCount).flatMap { i in
          logits(run, i) + Array(repeating: .nan, count: logitColumns - actions)
        }
      })
  }

  func valueOutputs() throws -> GuardedBuffer<Float> {
    try GuardedBuffer(
      "value_outputs", on: device, count: capacity * valueColumns,
      values: (0..<runs).map { run in
        (0..<rows).flatMap { [value(run, $0)] + Array(repeating: .nan, count: valueColumns - 1) }
      })
  }

  func rowIndices() throws -> GuardedBuffer<UInt32> {
    try GuardedBuffer(
      "row_indices", on: device, count: capacity, values: (0..<runs).map { selection($0).rows.map { UInt32($0) } })
  }

  func rowCounts() throws -> GuardedBuffer<UInt32> {
    try GuardedBuffer(
      "row_counts", on: device, count: 2,
      values: (0..<runs).map { [UInt32(rows), UInt32(selection($0).actingCount)] })
  }
}
