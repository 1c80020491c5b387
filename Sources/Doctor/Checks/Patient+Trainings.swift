import Configuration
import Environments
import Foundation
import Training
import VulkanCompute

extension Patient {
  /// Of losses, whatever rounds: ten updates carry a last digit far.
  private static let lossTolerance = 1e-3

  /// Ten losses of every pinned training that is written down for who computes.
  func losses(_ family: KernelFamily) throws -> Outcome {
    let device = try open(family)
    var worst = (size: -1.0, name: "")
    for (name, overrides) in SmallTraining.pinned.sorted(by: { $0.key < $1.key }) {
      guard let pin = recorded.pins["\(name), \(family.profile.matrixMultiply.rawValue)"] else {
        return Outcome(isHealthy: false, sentence: "no losses are written down for \(name)")
      }
      let found = try losses(of: SmallTraining.configuration(overrides), updates: pin.losses.count, device)
      for (found, expected) in zip(found, pin.losses) {
        let size = found.isFinite ? Double(abs(found - expected) / (1 + abs(expected))) : .infinity
        if size > worst.size { worst = (size, name) }
      }
    }
    let numbers = ["largest_difference": worst.size, "tolerance": Self.lossTolerance]
    let size = "at most \(short(worst.size)) away (\(worst.name)), with \(short(Self.lossTolerance)) allowed"
    let trainings = "the losses of \(SmallTraining.pinned.count) small trainings"
    return worst.size <= Self.lossTolerance
      ? Outcome(isHealthy: true, sentence: "\(trainings) are those written down, \(size)", numbers: numbers)
      : Outcome(isHealthy: false, sentence: "\(trainings) are not those written down, \(size)", numbers: numbers)
  }

  private func losses(of configuration: TrainingConfiguration, updates: Int, _ device: Device) throws -> [Float] {
    let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
    return try trainer.train(updates: updates).map { $0[0].totalLoss }
  }

  /// The state of two trainings of the same two runs, on two devices opened one after the other.
  func determinism() throws -> Outcome {
    let names = ["hanabi gru", "overcooked"]
    var different: [String] = []
    for name in names {
      let configuration = try SmallTraining.configuration((SmallTraining.pinned[name] ?? []) + ["seeds=2"])
      let hashes = try (0..<2).map { _ in
        let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: open())
        try trainer.train(updates: 5)
        return try trainer.persistentBuffers.map { buffer in
          var bytes = [UInt8](repeating: 0, count: buffer.byteCount)
          try bytes.withUnsafeMutableBytes { try buffer.readBytes(0..<buffer.byteCount, into: $0) }
          return ContentHash(of: bytes)
        }
      }
      if hashes[0] != hashes[1] { different.append(name) }
    }
    return different.isEmpty
      ? Outcome(
        isHealthy: true, sentence: "five updates of \(names.joined(separator: " and of ")) end in the same bytes twice")
      : Outcome(
        isHealthy: false,
        sentence:
          "the same five updates of \(different.joined(separator: " and of ")) end in other bytes the second time")
  }

  /// Of mixed precision with and without them: sums are the same up to their order.
  private static let matrixUnitTolerance = 2e-3

  func matrixUnits() throws -> Outcome {
    guard description.hasCooperativeMatrices || description.kind == .cpu else {
      return Outcome(isHealthy: true, sentence: "it has none that can be used, so ordinary instructions do their work")
    }
    let configuration = try SmallTraining.configuration(
      ["environments=64", "rollout_length=16", "total_env_steps=102400", "precision=mixed"]
        + ["network={trunk: [128], actor: [128], critic: [128], activation: relu}"])
    let families = [KernelFamily.matrixUnits, .sharedMixed]
    let found = try families.map { try losses(of: configuration, updates: 3, open($0)) }
    let size = Difference.largest(found[0], found[1])
    var numbers = ["largest_difference": size, "tolerance": Self.matrixUnitTolerance]
    guard size <= Self.matrixUnitTolerance else {
      return Outcome(
        isHealthy: false,
        sentence: "losses with and without them differ by \(short(size)), "
          + "with \(short(Self.matrixUnitTolerance)) allowed",
        numbers: numbers)
    }
    guard description.hasCooperativeMatrices else {
      return Outcome(
        isHealthy: true, sentence: "it has none; losses with emulated ones are \(short(size)) from those without",
        numbers: numbers)
    }
    let rates = try families.map { family in
      try TrainingBenchmark.run(.train, configuration: configuration, device: open(family), repetitions: 3)
    }.map { Spread($0.seconds).median }
    let factor = rates[1] / rates[0]
    numbers["speed_factor"] = factor
    return Outcome(
      isHealthy: true,
      sentence: "losses with and without them are \(short(size)) apart; with them, a small training is "
        + "\(short(factor)) times as fast",
      numbers: numbers)
  }
}
