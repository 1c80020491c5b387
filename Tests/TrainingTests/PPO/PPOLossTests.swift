// ppo_loss.comp, by the kernel and by the host: gradients and statistics of every row of a chunk.
import CShaders
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct PPOLossTests {
  /// Of the value loss.
  enum Way: Sendable, CaseIterable {
    case usual, unclipped, normalised

    func prepare(_ harness: inout PPOLossHarness) {
      harness.clipsValues = self != .unclipped
      if self == .normalised { harness.valueMoments = (0..<harness.chunk.runs).map(TestMoments.varied) }
    }
  }

  @Test(
    arguments: [(1, 9, .usual), (31, 1, .usual), (33, 33, .usual), (65, 49, .usual), (97, 9, .usual)]
      + [Way.unclipped, .normalised].map { (97, 9, $0) }, TestDevice.computing)
  func agreesWithItsTwin(size: (rows: Int, actions: Int, way: Way), profile: DeviceProfile) throws {
    let (rows, actions, way) = size
    let device = try TestDevice.make(profile: profile)
    let chunk = ChunkFixture(device: device, runs: 3, rows: rows, actions: actions)
    var harness = PPOLossHarness(chunk)
    way.prepare(&harness)
    let result = try harness.run()
    for run in 0..<chunk.runs {
      let twin = harness.twin(run)
      let (logits, values) = (harness.logits(run), harness.values(run))
      for (i, row) in harness.rows(run).enumerated() {
        let logitGradient = twin.logitGradient(row, logits: logits[i])
        for column in 0..<chunk.logitColumns {
          let found = result.logitGradients[run][i * chunk.logitColumns + column]
          let expected = column < actions ? logitGradient[column] * Double(harness.minibatchRows) : 0
          #expect(agree(found * Float(harness.minibatchRows), expected))
          if !row.isActing || column >= actions || !row.legal[column] { #expect(found.bitPattern & 0x7FFF_FFFF == 0) }
        }
        for column in 0..<chunk.valueColumns {
          let found = result.valueGradients[run][i * chunk.valueColumns + column]
          let expected = column == 0 ? twin.valueGradient(row, value: values[i]) * Double(harness.minibatchRows) : 0
          #expect(agree(found * Float(harness.minibatchRows), expected))
        }
        let terms = twin.terms(row, logits: logits[i], value: values[i])
        let residual = row.target - row.oldValue
        let expected = [
          terms.policyLoss, terms.valueLoss, terms.entropy, terms.approximateKL, terms.clipFraction, row.target,
          row.target * row.target, residual, residual * residual,
        ]
        for (metric, expected) in expected.enumerated() {
          #expect(agree(result.statistics[run][metric * chunk.capacity + i], expected), "metric \(metric) of row \(i)")
        }
      }
      // Rows past the chunk are not written.
      let guardWord = GuardedBuffer<Float>.guardWord
      #expect(result.logitGradients[run][(rows * chunk.logitColumns)...].allSatisfy { $0.bitPattern == guardWord })
      #expect(result.valueGradients[run][(rows * chunk.valueColumns)...].allSatisfy { $0.bitPattern == guardWord })
      for metric in 0..<Int(METRIC_ROW_SUMS) {
        #expect(
          result.statistics[run][metric * chunk.capacity..<(metric + 1) * chunk.capacity].dropFirst(rows).allSatisfy {
            $0.bitPattern == guardWord
          })
      }
    }
    device.requireNoValidationMessages()
  }

  @Test func theFixtureReachesEveryBranch() throws {
    let harness = PPOLossHarness(ChunkFixture(device: try TestDevice.make(), runs: 3, rows: 97, actions: 9))
    for run in 0..<3 {
      let twin = harness.twin(run)
      let (logits, values, rows) = (harness.logits(run), harness.values(run), harness.rows(run))
      let terms = rows.indices.map { twin.terms(rows[$0], logits: logits[$0], value: values[$0]) }
      let clipped = rows.indices.filter { terms[$0].clipFraction > 0 }
      func zeroPolicyGradient(_ i: Int) -> Bool {
        PPOLoss(
          clipEpsilon: twin.clipEpsilon, valueCoefficient: 1, entropyCoefficient: 0, moments: twin.moments,
          minibatchRows: 1
        ).logitGradient(rows[i], logits: logits[i]).allSatisfy { $0 == 0 }
      }
      #expect(clipped.contains { zeroPolicyGradient($0) } && clipped.contains { !zeroPolicyGradient($0) })
      #expect(rows.contains { !$0.isActing } && rows.contains { $0.isActing })
      let outside = rows.indices.filter { abs(values[$0] - rows[$0].oldValue) > twin.clipEpsilon }
      #expect(outside.contains { twin.valueGradient(rows[$0], value: values[$0]) == 0 })
      #expect(outside.contains { twin.valueGradient(rows[$0], value: values[$0]) != 0 })
    }
  }

  @Test(arguments: Way.allCases, TestDevice.computing)
  func gradientsAgreeWithFiniteDifferencesOfTheLoss(way: Way, profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    var harness = PPOLossHarness(ChunkFixture(device: device, runs: 2, rows: 31, actions: 9))
    way.prepare(&harness)
    let result = try harness.run()
    for run in 0..<2 {
      let (twin, rows) = (harness.twin(run), harness.rows(run))
      let (logits, values) = (harness.logits(run), harness.values(run))
      func difference(_ change: (inout [[Double]], inout [Double], Double) -> Void) -> Double {
        let sides = [1e-6, -1e-6].map { step in
          var (changedLogits, changedValues) = (logits, values)
          change(&changedLogits, &changedValues, step)
          return twin.loss(rows, logits: changedLogits, values: changedValues)
        }
        return (sides[0] - sides[1]) / 2e-6
      }
      for i in rows.indices {
        let columns = harness.chunk.logitColumns
        for action in 0..<9 {
          let expected = difference { logits, _, step in logits[i][action] += step }
          #expect(abs(Double(result.logitGradients[run][i * columns + action]) - expected) < 2e-7, "row \(i)")
        }
        let expected = difference { _, values, step in values[i] += step }
        #expect(abs(Double(result.valueGradients[run][i * harness.chunk.valueColumns]) - expected) < 2e-7, "row \(i)")
      }
    }
    harness.chunk.device.requireNoValidationMessages()
  }

  /// A step against the gradient of the entropy term alone makes the policy of every acting row more random.
  @Test func theEntropyBonusPushesTowardsRandomPolicies() throws {
    var harness = PPOLossHarness(ChunkFixture(device: try TestDevice.make(), runs: 1, rows: 31, actions: 9))
    let without = try {
      harness.hyperparameters[0].entropyCoefficient = 0
      return try harness.run().logitGradients[0]
    }()
    harness.hyperparameters[0].entropyCoefficient = 1
    let with = try harness.run().logitGradients[0]
    let columns = harness.chunk.logitColumns
    for (i, row) in harness.rows(0).enumerated() where row.isActing {
      let logits = harness.logits(0)[i]
      let moved = logits.indices.map { logits[$0] - Double(with[i * columns + $0] - without[i * columns + $0]) }
      #expect(MaskedSoftmax(moved, legal: row.legal).entropy > MaskedSoftmax(logits, legal: row.legal).entropy)
    }
    harness.chunk.device.requireNoValidationMessages()
  }
}
