import TestSupport
import Testing

@testable import Environments

@Suite struct EnvironmentBenchmarkTests {
  @Test func aBenchmarkCountsItsSteps() throws {
    let device = try TestDevice.make()
    let result = try EnvironmentBenchmark.run(
      environment: hanabi(["preset": "mini"]),
      configuration: .init(runs: 2, environments: 8, stepsPerSubmission: 4, submissions: 3, repetitions: 2),
      device: device, profiled: true)
    #expect(result.envSteps == 2 * 8 * 4 * 3 * 2)
    #expect(result.agents == 2)
    #expect(result.envStepsPerSecond.min <= result.envStepsPerSecond.median)
    #expect(result.agentStepsPerSecond.max == 2 * result.envStepsPerSecond.max)
    let lines = try #require(result.profile).lines
    #expect(
      Set(lines.map(\.name)) == [
        "Hanabi/hanabi_observe.comp", "Common/random_legal_action.comp", "Hanabi/hanabi_step.comp",
        "Hanabi/hanabi_reset.comp",
      ])
    #expect(lines.allSatisfy { $0.phase == "environment" && $0.calls == 4 && $0.bytes > 0 && $0.seconds > 0 })
    device.requireNoValidationMessages()
  }

  /// Environments that one binding cannot hold play as those of several runs do.
  @Test func piecesPlayTheGamesOfRunsWithTheirSeeds() throws {
    let device = try TestDevice.make()
    let game = try hanabi(["preset": "mini"])
    func states(runs: Int, environments: Int, bindingBytes: Int?) throws -> [[UInt32]] {
      let play = try BenchmarkPlay(
        environment: game,
        configuration: .init(
          runs: runs, environments: environments, stepsPerSubmission: 6, submissions: 2, repetitions: 1),
        device: device, bindingBytes: bindingBytes)
      #expect(play.pieces.windows.count == (bindingBytes == nil ? 1 : 4))
      try play.repetition()
      try play.vector.requireNoErrors()
      return try (0..<play.pieces.count).map { try play.vector.states.read(run: $0) }
    }
    let whole = try states(runs: 4, environments: 24, bindingBytes: nil)
    #expect(Set(whole).count == 4, "seeds differ")
    let perEnvironment = 4 * max(game.stateWordCount, 2 * game.observationWordCount)
    #expect(try states(runs: 2, environments: 48, bindingBytes: 40 * perEnvironment) == whole)
    device.requireNoValidationMessages()
  }

  @Test func piecesFitABindingAndHoldAllEnvironments() throws {
    let game = try hanabi(["preset": "full"])
    for (runs, environments) in [(1, 64), (1, 1 << 20), (3, 1 << 20), (1, 1 << 22), (5, 300_000), (256, 4096)] {
      let pieces = BenchmarkPieces(runs: runs, environments: environments, of: game, bindingBytes: 1 << 27)
      #expect(pieces.count * pieces.environments == runs * environments)
      #expect(pieces.windows.flatMap(\.self) == Array(0..<pieces.count))
      let bytes = pieces.windows.map { 4 * $0.count * pieces.environments * 2 * game.observationWordCount }
      #expect(bytes.allSatisfy { $0 <= 1 << 27 })
    }
    #expect(BenchmarkPieces(runs: 1, environments: 1 << 20, of: game, bindingBytes: 1 << 27).perRun == 2)
    #expect(BenchmarkPieces(runs: 1, environments: 1_000_003, of: game, bindingBytes: 1 << 27).perRun == 1)
  }
}
