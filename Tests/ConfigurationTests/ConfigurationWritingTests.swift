// Writing configurations back with every resolved value.
import Configuration
import Environments
import Foundation
import Testing

struct ConfigurationWritingTests {
  static let examples = [
    minimal,
    minimal + "name: \"007\"\nseeds: [4, 2]\n",
    minimal + "seeds: {first: 100, count: 4}\nlearning_rate: 0.1234567890123456789\ngamma: 1\n",
    minimal + "sweep:\n  learning_rate: [1e-5, 3.3333333333333335e-5]\n  entropy_coefficient: [0, 0.01]\n",
    minimal + "entropy_coefficient: 0.1\nfinal_entropy_coefficient: 0\nsweep: {adam_beta1: [0.5, 0.9]}\n",
    "environment: {name: x, text: \"true\", number: 1.5, list: [1, 2.5, a], flag: false, words: \"a: b # c\"}",
    minimal + "advantage_normalisation: none\nvalue_clipping: false\nlearning_rate_schedule: linear\n",
    minimal + "anneal_learning_rate: true\nlearning_rate_warmup: 0.1\nentropy_schedule: [[0.25, 2], [0.5, 0.1]]\n",
    minimal + "network: {trunk: [], actor: [], critic: [1, 2, 3]}\nevaluation: {modes: [temperature=0.5]}\n",
  ]

  @Test(arguments: examples)
  func yamlReadsBackAsTheSameConfiguration(yaml: String) throws {
    let first = try configuration(yaml)
    let text = try first.yaml()
    let second = try configuration(text)
    #expect(first == second)
    #expect(first.runs == second.runs)
    #expect(try second.yaml() == text)
  }

  @Test(arguments: examples)
  func jsonReadsBackAsTheSameConfiguration(yaml: String) throws {
    let first = try configuration(yaml)
    let data = try JSONEncoder().encode(first)
    let second = try JSONDecoder().decode(TrainingConfiguration.self, from: data)
    #expect(first == second)
    #expect(first.runs == second.runs)
  }

  @Test func resolvedValuesAreAllWritten() throws {
    let text = try configuration(minimal).yaml()
    for key in Hyperparameter.allCases where key != .finalEntropyCoefficient {
      #expect(text.contains("\(key.rawValue): "))
    }
    #expect(!text.contains("final_entropy_coefficient"))
    for key in ["name", "seeds", "environments", "rollout_length", "total_env_steps", "epochs", "minibatches"] {
      #expect(text.contains("\(key): "))
    }
    #expect(text.contains("trunk: [512]"))
  }

  @Test func sweptKeysAreWrittenOnlyUnderSweep() throws {
    let text = try configuration(minimal + "sweep: {gamma: [0.5, 1]}").yaml()
    #expect(text.components(separatedBy: "gamma: ").count == 2)
  }

  @Test func differentValuesAreNotEqual() throws {
    #expect(try configuration(minimal) != configuration(minimal + "gamma: 0.5"))
  }
}
