// Every kernel of an evaluation is valid SPIR-V and translates to Metal.
import Configuration
import Environments
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation

@Suite struct EvaluationKernelTests {
  @Test func theBenchmarkCountsItsGames() throws {
    let configuration = try TrainingConfiguration(
      yaml: """
        environment: {name: hanabi, preset: tiny}
        seeds: 3
        evaluation: {games: 5}
        network: {trunk: [8], actor: [8], critic: [8], activation: relu}
        """, file: "tiny.yaml", overrides: [])
    let device = try TestDevice.make()
    let result = try EvaluationBenchmark.run(
      configuration: configuration, device: device, repetitions: 2, profiled: true)
    #expect(result.games == 9 * 5 * configuration.evaluation.modes.count)
    #expect(result.envSteps > result.games && result.seconds.count == 2)
    let lines = try #require(result.profile).lines
    #expect(lines.contains { $0.name == "Evaluation/select_actions.comp" && $0.calls == 8 })
    #expect(lines.allSatisfy { $0.phase == "play" })
    device.requireNoValidationMessages()
  }

  @Test func everyModuleIsValidAndTranslatesToMetal() throws {
    var known: Set<ContentHash> = []
    var names: Set<String> = []
    for profile in TestDevice.profiles {
      let device = try TestDevice.make(validation: .off, profile: profile)
      for environment in [
        try PlayExamples.tinyHanabi(players: 2), try PlayExamples.tinyHanabi(players: 3),
        try EnvironmentRegistry.make(name: "overcooked", parameters: EnvironmentParameters()),
      ] {
        for gru in [nil, 8] {
          let player = try CellPlayer(
            shape: EvaluationShape(games: 3, environment: environment), cells: 2, environment: environment,
            rosters: [PlayExamples.roster(2, environment, gru: gru)],
            symmetries: environment.symmetryFamilies.first, device: device)
          for mode in [EvaluationMode.sampled, .greedy, .greedyRandomTie, .temperature(0.5)] {
            let kernels = try player.record(steps: 1, cells: 2, mode: mode, tieTolerance: 0).kernels
            names.formUnion(kernels.map(\.name))
            try SPIRVTools.check(kernels, known: &known)
          }
        }
      }
    }
    let files = ShaderCompiler.embeddedFiles.keys.filter { $0.hasPrefix("Evaluation/") && $0.hasSuffix(".comp") }
    #expect(names.isSuperset(of: files))
  }
}
