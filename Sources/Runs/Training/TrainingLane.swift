import Training
import VulkanCompute

/// One device, and the waves that it trains, one after another.
final class TrainingLane {
  let device: Device
  /// Place of the wave that it trains.
  private(set) var wave: Int
  /// nil between two waves and while policies are evaluated only, so that these do not need memory at the same time.
  private var currentTrainer: Trainer?

  init(_ device: Device, wave: Int, trainer: Trainer) {
    self.device = device
    self.wave = wave
    currentTrainer = trainer
  }

  /// Trains the runs of `wave`.
  var trainer: Trainer {
    guard let currentTrainer else {
      preconditionFailure("a lane is not used while it goes to the next wave or evaluates")
    }
    return currentTrainer
  }

  func goOn(to wave: Int, _ makeTrainer: () throws -> Trainer) rethrows {
    currentTrainer = nil
    self.wave = wave
    currentTrainer = try makeTrainer()
  }

  /// Gives the trainer's memory to `body`.
  func withoutTrainer(_ body: () throws -> Void, afterwards makeTrainer: () throws -> Trainer) throws {
    currentTrainer = nil
    let outcome = Result { try body() }
    currentTrainer = try makeTrainer()
    try outcome.get()
  }
}
