import Benchmark
import Configuration
import Environments
import Training
import VulkanCompute

/// Wall-clock time of fixed work on the default device; throughput is in iterations, one iteration being what the name
/// says. `crossplay bench` prints env steps per second of any configuration; these watch for regressions.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .cpuTotal, .throughput], warmupIterations: 1, maxDuration: .seconds(10), maxIterations: 20)

  for players in [2, 5] {
    Benchmark("Hanabi full, \(players) players: 1,024 environments x 64 steps of random play") { benchmark in
      let parameters = EnvironmentParameters(["preset": .text("full"), "players": .integer(players)])
      let environment = try EnvironmentRegistry.make(name: "hanabi", parameters: parameters)
      let device = try Device()
      benchmark.startMeasurement()
      let result = try EnvironmentBenchmark.run(
        environment: environment,
        configuration: EnvironmentBenchmark.Configuration(
          runs: 1, environments: 1024, stepsPerSubmission: 64, submissions: 1, repetitions: 1), device: device)
      blackHole(result.envSteps)
    }
  }

  for kind in TrainingBenchmark.Kind.allCases {
    Benchmark("Hanabi tiny, 8 runs x 64 environments x 32 steps, 64 wide: \(kind.rawValue)") { benchmark in
      let configuration = try TrainingConfiguration(
        yaml: """
          environment: {name: hanabi, preset: tiny}
          seeds: 8
          environments: 64
          rollout_length: 32
          network: {trunk: [64], actor: [64], critic: [64]}
          """, file: "benchmark")
      let device = try Device()
      benchmark.startMeasurement()
      let result = try TrainingBenchmark.run(
        kind, configuration: configuration, device: device, warmUp: 0, repetitions: 1)
      blackHole(result.envSteps)
    }
  }
}
