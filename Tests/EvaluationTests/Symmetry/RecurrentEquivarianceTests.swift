import CShaders
import Environments
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation
@testable import Networks

/// How far recurrent policies are from equivariant: they see a whole game through one symmetry, from its beginning.
@Suite struct RecurrentEquivarianceTests {
  @Test func imagesOfWholeGamesAreCompared() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let family = try #require(environment.symmetryFamilies.first)
    let gru = 6
    let policies = try PlayExamples.randomPolicies(1, environment, gru: gru)
    let architecture = try PlayExamples.architecture(environment, gru: gru)
    let shape = EvaluationShape(games: 12, environment: environment, mostEnvironments: 3)
    let player = try CellPlayer(
      shape: shape, cells: 1, environment: environment, architecture: architecture, policies: policies,
      symmetries: family, device: device)
    let twin = PolicyNetworkTwin(architecture, parameters: policies[0].parameters.map { Double($0) })
    try player.start([0], teams: [[0, 0]], seeds: [8])
    let step = try player.record(steps: 1, cells: 1, mode: .sampled, tieTolerance: 0)
    let pitch = ParameterLayout.padded(architecture.inputs)

    func logits(_ history: [[Double]]) -> [Double] {
      let states = GRULayer.Sequences(
        firstStates: [Array(repeating: 0, count: gru)], resets: history.map { _ in false })
      return twin.forward(history, states).logits[history.count - 1]
    }
    var seen = [[[Double]]](repeating: [], count: 3 * shape.agents)
    var images = seen
    var expected = EquivarianceSums()
    var completed = try player.completedGames(cells: 1)[0]
    while completed.indices.contains(where: { completed[$0] < shape.quota($0) }) {
      try device.submit(step).wait()
      let masks = try player.buffers.legalMasks.read(run: 0)
      let dones = try player.buffers.dones.read(run: 0)
      for seat in 0..<shape.agents {
        guard case .dense(let x, _) = player.network.inputs else { preconditionFailure("this game has no lists") }
        let inputs = try x.read(run: seat)
        for n in 0..<3 {
          let place = n * shape.agents + seat
          let observation = inputs[n * pitch..<n * pitch + architecture.inputs].map { Double($0) }
          let words = CounterRandom.words(
            seed: 8, purpose: PURPOSE_SYMMETRY, UInt32(n), UInt32(completed[n]), UInt32(seat))
          let symmetry = family.elements[1 + CounterRandom.index(words.x, below: family.elements.count - 1)]
          var image = observation
          for (feature, value) in observation.enumerated() { image[symmetry.features[feature]] = value }
          seen[place].append(observation)
          images[place].append(image)
          let mask = masks[place * shape.maskWords..<(place + 1) * shape.maskWords]
          let legal = environment.legalActions(inMask: mask)
          if legal.count > 1, completed[n] < shape.quota(n) {
            let compared = ComparePolicies(
              logits: logits(seen[place]), turned: logits(images[place]), legal: legal, actions: symmetry.actions)
            expected.decisions += 1
            expected.divergence += compared.divergence
            expected.totalVariation += compared.totalVariation
          }
          if dones[n] != 0 { (seen[place], images[place]) = ([], []) }
        }
      }
      completed = try player.completedGames(cells: 1)[0]
    }
    let found = try #require(try player.result(cell: 0, team: [0, 0]).equivariance)
    #expect(found.decisions == expected.decisions && found.decisions > 30)
    #expect(abs(found.divergence - expected.divergence) < 1e-3 * expected.divergence && found.divergence > 0.1)
    #expect(abs(found.totalVariation - expected.totalVariation) < 1e-3 * expected.totalVariation)
    device.requireNoValidationMessages()
  }
}
