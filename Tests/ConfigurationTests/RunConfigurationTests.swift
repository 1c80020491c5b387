// Runs: seeds times sweep, and their division into shards.
import Configuration
import Testing

struct RunConfigurationTests {
  let sweep = minimal + "seeds: 3\nsweep:\n  gamma: [0.9]\n  entropy_coefficient: [0.01, 0.5]\n"

  @Test func runsAreSeedsTimesThePointsOfTheSweep() throws {
    let runs = try configuration(sweep).runs
    #expect(runs.map(\.index) == Array(0..<6))
    #expect(runs.map(\.seed) == [0, 1, 2, 0, 1, 2])
    #expect(runs.map(\.configurationIndex) == [0, 0, 0, 1, 1, 1])
    #expect(runs[4].name == "gamma=0.9_entropy_coefficient=0.5_seed=1")
    #expect(runs[4].configurationName == "gamma=0.9_entropy_coefficient=0.5")
    #expect(runs[4].hyperparameters.entropyCoefficient == 0.5)
    #expect(runs[4].hyperparameters.gamma == 0.9)
    #expect(runs[4].hyperparameters.learningRate == 5e-4)
    #expect(Set(runs.map(\.name)).count == 6)
  }

  @Test func everyHyperparameterCanBeSwept() throws {
    for key in Hyperparameter.allCases {
      let runs = try configuration(minimal + "seeds: 1\nsweep: {\(key.rawValue): [0.25, 0.5]}").runs
      #expect(runs.map { $0.hyperparameters[key] } == [0.25, 0.5], "\(key.rawValue)")
    }
  }

  @Test func theLastAxisVariesFastest() throws {
    let runs = try configuration(minimal + "seeds: 1\nsweep: {learning_rate: [1e-3, 2e-3], gamma: [0.8, 0.9]}").runs
    #expect(runs.map(\.hyperparameters.learningRate) == [1e-3, 1e-3, 2e-3, 2e-3])
    #expect(runs.map(\.hyperparameters.gamma) == [0.8, 0.9, 0.8, 0.9])
  }

  @Test func aRunsIndexDoesNotDependOnTheOrderOfTheFile() throws {
    let one = try configuration(minimal + "sweep: {gamma: [0.8, 0.9], learning_rate: [1e-3, 2e-3]}")
    let other = try configuration(minimal + "sweep: {learning_rate: [1e-3, 2e-3], gamma: [0.8, 0.9]}")
    #expect(one.runs == other.runs)
  }

  @Test func withoutASweepThereIsOneConfiguration() throws {
    let runs = try configuration(minimal + "seeds: [7, 5]").runs
    #expect(runs.map(\.name) == ["seed=7", "seed=5"])
    #expect(runs.map(\.configurationName) == ["default", "default"])
  }

  @Test func namesAreSafeAsFileNames() throws {
    for run in try configuration(minimal + "sweep: {learning_rate: [1e-5, 0.1]}").runs {
      #expect(run.name.allSatisfy { $0.isLetter || $0.isNumber || "=._-".contains($0) })
    }
  }

  @Test(arguments: 1...6)
  func shardsHoldEveryRunOnceWithItsIdentity(count: Int) throws {
    let read = try configuration(sweep)
    let shards = try (1...count).map { try read.runs(in: Shard("\($0)/\(count)")) }
    #expect(shards.flatMap(\.self) == read.runs)
    let sizes = shards.map(\.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
  }

  @Test(arguments: ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"])
  func shardsOfTheWrongFormAreRefused(text: String) {
    #expect(throws: Shard.Invalid.self) { try Shard(text) }
  }

  @Test func moreShardsThanRunsAreRefused() throws {
    let read = try configuration(sweep)
    let error = #expect(throws: Shard.Invalid.self) { try read.runs(in: Shard("1/7")) }
    #expect(error?.description == "shard 1/7: there are only 6 runs; use at most 6 shards")
  }
}
