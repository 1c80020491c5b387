// First layers on lists give what they give on dense rows.
import CShaders
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

@Suite(.serialized) struct ListedObservationsTests {
  /// Every registered game that has a list, and kitchens whose random starts fill pots and hands; with short episodes all
  /// rows show urgency.
  static let variants =
    EnvironmentVariant.all.filter { (try? $0.make().observationList) != nil }
    + [60, 400].flatMap { steps in
      ["cramped_room", "counter_circuit", "forced_coord"].map { layout in
        EnvironmentVariant(
          name: "overcooked",
          values: ["layout": .text(layout), "max_steps": .integer(steps), "random_reset": .boolean(true)])
      }
    }

  /// One network on the observations of 64 environments of two agents after 40 random steps, as two runs: all rows, and a
  /// part of them.
  private struct Pass {
    static let environments = 64
    static let counts: [(all: Int, acting: Int)] = [(128, 128), (77, 50)]

    let dense: [[Float]]
    let entries, lengths: [[UInt32]]
    let logits, values, gradients: [[Float]]

    /// - Parameter once: Whether lists are made of all observations before they are read, where the network keeps such.
    init(
      _ variant: EnvironmentVariant, profile: DeviceProfile, listed: Bool, once: Bool = false,
      precision: Precision = .float32, activation: NetworkArchitecture.Activation
    )
      throws
    {
      let device = try TestDevice.make(profile: profile)
      let game = try variant.make()
      let play = try EnvironmentPlay(game, environments: Self.environments, device: device)
      for _ in 0..<40 {
        try play.chooseRandomly()
        try play.step()
        try play.resetWhereDone()
        try play.observe()
      }
      dense = try play.observations()

      let architecture = try NetworkArchitecture(
        inputs: game.observationFeatureCount, actions: game.actionCount, trunk: [], actor: [24, 16], critic: [40],
        activation: activation)
      let table = BufferTable(device: device)
      let network = try PolicyNetwork(
        architecture: architecture,
        observation: .init(
          include: game.observationInclude, macros: game.macros, wordCount: game.observationWordCount,
          list: listed ? game.observationList : nil),
        device: device, table: table, windowRuns: 2, rowCapacity: 128, precision: precision, training: true)
      func register<T>(_ name: String, _ type: T.Type, _ count: Int) -> Buffer<T> {
        table.register(name, of: type, runs: 2, perRun: [("count", count)], persistence: .scratch)
      }
      let observations = register("observations", UInt32.self, 128 * game.observationWordCount)
      let indices = register("row_indices", UInt32.self, 128)
      let rowCounts = register("row_counts", UInt32.self, 2)
      let policyIndices = register("policy_indices", UInt32.self, 1)
      let parameters = register("parameters", Float.self, network.layout.count)
      let parameterGradients = register("gradients", Float.self, network.gradientSplits * network.layout.count)
      let given = try GivenGradients(device, runs: 2, rows: 128)
      let lists = once ? network.lists("lists", rows: [("count", 128)], table: table) : nil
      #expect(!once || (lists != nil) == profile.hostComputes)
      try table.allocate()
      let packed = try play.packedObservations()
      for (run, count) in Self.counts.enumerated() {
        try observations.write(packed, run: run)
        try indices.write((0..<128).map { UInt32(($0 * 5 + run) % 128) }, run: run)
        try rowCounts.write([UInt32(count.all), UInt32(count.acting)], run: run)
        try policyIndices.write([UInt32(1 - run)], run: run)
        try parameters.write(OrthogonalInitializer.parameters(network.layout, seeds: [UInt64(run)]), run: run)
        try network.logitGradients.write(
          (0..<128 * network.logitPitch).map { position in
            let (row, action) = position.quotientAndRemainder(dividingBy: network.logitPitch)
            return row < count.acting && action < game.actionCount ? TestNumbers.uniform(7, position) : 0
          }, run: run)
        try network.valueGradients.write(
          (0..<128 * network.valuePitch).map { $0 % 8 == 0 ? TestNumbers.uniform(8, $0) : 0 }, run: run)
      }
      let window = 0..<2
      let target = RunWindow(parameterGradients, runs: window)
      let observed = Observations(RunWindow(observations, runs: window), lists: lists)
      let rows = Rows(
        runs: 2, count: 128, counts: RunWindow(rowCounts, runs: window), observations: observed,
        indices: RunWindow(indices, runs: window))
      try device.run { recorder in
        network.adopt(recorder, parameters: parameters.whole)
        network.list(recorder, runs: 2, rows: 0..<128, of: observed)
        try network.gradient(
          recorder, rows: rows,
          policies: Policies(parameters.whole, indices: RunWindow(policyIndices, runs: window)), loss: given.loss,
          metrics: given.loss, into: GradientTarget(target, minibatchRows: 1))
        network.finish(recorder, runs: 2, gradients: target)
      }
      if case .listed(let lists) = network.workspace.inputs {
        entries = try window.map { try lists.entries.read(run: $0) }
        lengths = try window.map { try lists.lengths.read(run: $0) }
      } else {
        (entries, lengths) = ([], [])
      }
      logits = try window.map {
        Array(try network.logits.read(run: $0).prefix(Self.counts[$0].acting * network.logitPitch))
      }
      values = try window.map { Array(try network.values.read(run: $0).prefix(Self.counts[$0].all * 8)) }
      // The splits are partial sums of the same gradient.
      gradients = try window.map { run in
        let parts = try parameterGradients.read(run: run)
        return (0..<network.layout.count).map { position in
          (0..<network.gradientSplits).reduce(0) { $0 + parts[$1 * network.layout.count + position] }
        }
      }
      device.requireNoValidationMessages()
    }
  }

  /// Logits, values and gradients of both runs, of lists that are made once.
  static func outputs(
    _ variant: EnvironmentVariant, _ profile: DeviceProfile, _ precision: Precision,
    _ activation: NetworkArchitecture.Activation
  ) throws -> [[Float]] {
    let pass = try Pass(
      variant, profile: profile, listed: true, once: true, precision: precision, activation: activation)
    return pass.logits + pass.values + pass.gradients
  }

  @Test func kitchensShowUrgencyInSomeVariantsOnly() throws {
    let urgent = try Self.variants.suffix(6).map { variant in
      try Pass(variant, profile: .software, listed: true, activation: .relu).dense.count {
        $0[Int(OVERCOOKED_URGENCY_CHANNEL)] == 1
      }
    }
    #expect(urgent == [128, 128, 128, 0, 0, 0])
  }

  @Test(arguments: variants)
  func aListAndTheStaticPartAreTheObservation(variant: EnvironmentVariant) throws {
    let pass = try Pass(variant, profile: .software, listed: true, activation: .relu)
    let game = try variant.make()
    let list = try #require(game.observationList)
    for (run, count) in Pass.counts.enumerated() {
      #expect(pass.lengths[run][count.all..<128].allSatisfy { $0 == 0 })
      for row in 0..<count.all {
        let length = Int(pass.lengths[run][row])
        try #require(length <= list.capacity)
        var observation = [Float](repeating: 0, count: game.observationFeatureCount)
        for (feature, value) in list.staticFeatures { observation[feature] = Float(value) }
        var listed: Set<UInt32> = []
        for entry in pass.entries[run][row * list.capacity..<row * list.capacity + length] {
          #expect(listed.insert(entry & 0xFFFF).inserted)
          observation[Int(entry & 0xFFFF)] += Float(Int32(bitPattern: entry) >> 16)
        }
        #expect(observation == pass.dense[(row * 5 + run) % 128], "row \(row)")
      }
    }
  }

  @Test(arguments: TestDevice.profiles, [NetworkArchitecture.Activation.relu, .tanh])
  func outputsAndGradientsAreThoseOfDenseRows(profile: DeviceProfile, activation: NetworkArchitecture.Activation) throws
  {
    let variant = try #require(Self.variants.last)
    let listed = try Pass(variant, profile: profile, listed: true, activation: activation)
    let dense = try Pass(variant, profile: profile, listed: false, activation: activation)
    let once = try Pass(variant, profile: profile, listed: true, once: true, activation: activation)
    #expect(once.gradients == listed.gradients && once.logits == listed.logits && once.values == listed.values)
    #expect(listed.dense == dense.dense)
    func compare(_ found: [[Float]], _ expected: [[Float]], _ what: String) {
      #expect(found.map(\.count) == expected.map(\.count))
      for (found, expected) in zip(found.joined(), expected.joined()) {
        #expect(abs(found - expected) <= 2e-5 * (1 + abs(expected)), "\(what)")
      }
    }
    compare(listed.logits, dense.logits, "logits")
    compare(listed.values, dense.values, "values")
    compare(listed.gradients, dense.gradients, "gradients")
    #expect(dense.gradients.joined().contains { abs($0) > 0.1 })
  }
}
