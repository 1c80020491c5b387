import Training
import VulkanCompute

/// One device, and the waves that it trains, one after another.
final class TrainingLane {
  let device: Device
  /// Place of the wave that it trains.
  private(set) var wave: Int
  /// nil between two waves only, so that they do not need memory at the same time.
  private var currentTrainer: Trainer?

  init(_ device: Device, wave: Int, trainer: Trainer) {
    self.device = device
    self.wave = wave
    currentTrainer = trainer
  }

  /// Trains the runs of `wave`.
  var trainer: Trainer {
    guard let currentTrainer else { preconditionFailure("a lane is not used while it goes to the next wave") }
    return currentTrainer
  }

  func goOn(to wave: Int, _ makeTrainer: () throws -> Trainer) rethrows {
    currentTrainer = nil
    self.wave = wave
    currentTrainer = try makeTrainer()
  }
}
