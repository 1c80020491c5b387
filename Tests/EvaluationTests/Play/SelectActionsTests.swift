import CShaders
import Configuration
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation

@Suite struct SelectActionsTests {
  /// Many environments of two cells with made-up logits and masks; K beyond one mask word.
  private struct Problem {
    static let actions = 40
    static let columns = 40
    static let words = 2
    let environments: Int
    let cells = 2
    let agents = 2
    let mode: EvaluationMode
    let tolerance: Float = 0.25
    /// (z, N, K)
    var logits: [Float]
    /// (cell, N, A, 2)
    var masks: [UInt32]
    /// (z, N)
    var rows: [UInt32]

    var seats: Int { cells * agents }

    func row(z: Int, _ n: Int) -> Int { (z / agents * environments + n) * agents + z % agents }

    func twin(z: Int, _ n: Int) -> SelectActionsTwin {
      let base = (z * environments + Int(rows[z * environments + n])) * Self.columns
      let mask = masks[row(z: z, n) * Self.words..<(row(z: z, n) + 1) * Self.words]
      let legal = (0..<Self.actions).filter { mask[mask.startIndex + $0 / 32] >> UInt32($0 % 32) & 1 == 1 }
      return SelectActionsTwin(
        logits: Array(logits[base..<base + Self.actions]), legal: legal, tieTolerance: tolerance)
    }

    func word(z: Int, _ n: Int) -> UInt32 {
      let purpose = mode == .greedyRandomTie ? PURPOSE_BREAK_TIES : PURPOSE_SAMPLE_ACTION
      return CounterRandom.words(
        seed: seed(cell: z / agents), purpose: purpose, UInt32(n), step(cell: z / agents, n), UInt32(z % agents)
      ).x
    }

    func seed(cell: Int) -> UInt64 { 0xFEED_0000_0001 + UInt64(cell) }
    func step(cell: Int, _ n: Int) -> UInt32 { UInt32(3 + cell + n % 5) }

    /// Actions (cell, N, A) and decision counters of one dispatch.
    func run(on device: Device) throws -> (actions: [UInt32], decisions: [UInt32]) {
      func buffer<T: BitwiseCopyable>(_ name: String, _ values: [T]) throws -> Buffer<T> {
        let buffer = try device.buffer(name, of: T.self, count: values.count)
        try buffer.write(values)
        return buffer
      }
      let rowCount = cells * environments * agents
      let games = (0..<cells).flatMap { cell in
        (0..<environments).flatMap { n -> [UInt32] in [0, step(cell: cell, n)] }
      }
      let actions = try device.buffer("actions", of: UInt32.self, count: rowCount)
      let decisions = try device.buffer("decisions", of: UInt32.self, count: rowCount * Int(DECISION_WORDS))
      var macros = mode.kernelMacros
      macros["AGENTS"] = "\(agents)u"
      macros["MASK_WORDS"] = "\(Self.words)u"
      macros["LOGIT_COLUMNS"] = "\(Self.columns)u"
      let kernel = try device.kernel("Evaluation/select_actions.comp", macros: macros)
      var push = EvaluationDispatch()
      push.environments = UInt32(environments)
      push.mask_stride = UInt32(environments * agents * Self.words)
      push.action_stride = UInt32(environments * agents)
      push.seed_stride = 1
      push.game_stride = UInt32(environments) * GAMES_WORDS
      push.decision_stride = UInt32(environments * agents) * DECISION_WORDS
      push.workspace_stride = UInt32(environments)
      push.logit_stride = UInt32(environments * Self.columns)
      push.inverse_temperature = mode.inverseTemperature
      push.tie_tolerance = tolerance
      let bindings = [
        "logits": try buffer("logits", logits).whole, "legal_masks": try buffer("legal_masks", masks).whole,
        "workspace_rows": try buffer("workspace_rows", rows).whole,
        "seeds": try buffer("seeds", (0..<cells).map { CounterRandom.words(of: seed(cell: $0)) }).whole,
        "games": try buffer("games", games).whole, "actions": actions.whole, "decisions": decisions.whole,
      ]
      try device.run { recorder in
        recorder.dispatch(kernel, bindings, push: push, groups: kernel.groups(for: environments), seats)
      }
      return (try actions.read(), try decisions.read())
    }
  }

  static let modes: [EvaluationMode] = [.sampled, .greedy, .greedyRandomTie, .temperature(0.5), .temperature(3)]

  @Test(arguments: modes)
  func everyModeChoosesAsItsTwin(mode: EvaluationMode) throws {
    let device = try TestDevice.make()
    let environments = 150
    // Multiples of 1/8 give exact and near ties; workspace rows in reverse order; some seats wait.
    var problem = Problem(
      environments: environments, mode: mode,
      logits: (0..<4 * environments * Problem.columns).map {
        (TestNumbers.uniform(1, $0, scale: 2) * 8).rounded() / 8
      },
      masks: TestNumbers.words(2, count: 4 * environments * Problem.words).enumerated().map { place, word in
        place % 2 == 0 ? word | 1 : word & 0xFF
      },
      rows: (0..<4 * environments).map { UInt32(environments - 1 - $0 % environments) })
    for place in stride(from: 0, to: problem.rows.count, by: 7) { problem.rows[place] = NO_WORKSPACE_ROW }
    let (actions, decisions) = try problem.run(on: device)

    for z in 0..<problem.seats {
      for n in 0..<environments {
        let row = problem.row(z: z, n)
        let action = Int(actions[row])
        let counts = decisions[row * Int(DECISION_WORDS)..<(row + 1) * Int(DECISION_WORDS)].map { Int($0) }
        guard problem.rows[z * environments + n] != NO_WORKSPACE_ROW else {
          #expect(action == 0 && counts == [0, 0, 0])
          continue
        }
        let twin = problem.twin(z: z, n)
        #expect(twin.choices(mode, word: problem.word(z: z, n)).contains(action))
        #expect(counts == [1, twin.exactTies.count > 1 ? 1 : 0, twin.nearTies.count > 1 ? 1 : 0])
      }
    }
    device.requireNoValidationMessages()
  }

  @Test(arguments: modes)
  func frequenciesAreTheProbabilitiesOfTheMode(mode: EvaluationMode) throws {
    let device = try TestDevice.make()
    let environments = 8192
    // Four legal actions: two equal, one near, one far.
    let row = (0..<Problem.actions).map { [3: 1, 17: 1, 33: 0.9, 36: -0.5][$0] ?? Float(9) }
    let problem = Problem(
      environments: environments, mode: mode,
      logits: Array(repeatElement(row, count: 4 * environments).joined()),
      masks: Array(repeatElement([1 << 3 | 1 << 17, 1 << 1 | 1 << 4], count: 4 * environments).joined()),
      rows: (0..<4 * environments).map { UInt32($0 % environments) })
    let twin = problem.twin(z: 0, 0)
    #expect(twin.legal == [3, 17, 33, 36])
    let expected: [Double] =
      switch mode {
      case .greedy: [1, 0, 0, 0]
      case .greedyRandomTie: [1.0 / 3, 1.0 / 3, 1.0 / 3, 0]
      case .sampled: twin.probabilities(temperature: 1)
      case .temperature(let temperature): twin.probabilities(temperature: temperature)
      }
    let actions = try problem.run(on: device).actions
    for seat in 0..<2 {
      let chosen = stride(from: seat, to: actions.count, by: 2).map { Int(actions[$0]) }
      let count = Double(chosen.count)
      var chiSquare = 0.0
      for (action, probability) in zip(twin.legal, expected) {
        let observed = Double(chosen.count { $0 == action })
        if probability == 0 {
          #expect(observed == 0)
        } else {
          chiSquare += (observed - count * probability) * (observed - count * probability) / (count * probability)
        }
      }
      #expect(chiSquare < 16.3, "three degrees of freedom, level 0.001")
    }
    device.requireNoValidationMessages()
  }

  @Test func logitsThatAreNotNumbersStillGiveALegalAction() throws {
    let device = try TestDevice.make()
    for mode in Self.modes {
      let problem = Problem(
        environments: 8, mode: mode, logits: [Float](repeating: .nan, count: 4 * 8 * Problem.columns),
        masks: Array(repeatElement([1 << 5 | 1 << 9, 0], count: 4 * 8).joined()),
        rows: (0..<4 * 8).map { UInt32($0 % 8) })
      #expect(try problem.run(on: device).actions.allSatisfy { $0 == 5 || $0 == 9 })
    }
    device.requireNoValidationMessages()
  }
}
