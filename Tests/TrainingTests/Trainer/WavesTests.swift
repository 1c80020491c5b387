// How runs are divided where the memory does not hold all of them.
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct WavesTests {
  @Test func runsThatFitAreOneWave() throws {
    let device = try TestDevice.make()
    let configuration = try tinyConfiguration(["seeds=7"])
    #expect(
      try Trainer.waves(of: configuration.runs, configuration: configuration, device: device) == [configuration.runs])
  }

  @Test(arguments: [1, 2, 3, 7, 11])
  func wavesAreTheFewestThatFit(most: Int) throws {
    let device = try TestDevice.make()
    let configuration = try tinyConfiguration(["seeds=11"])
    let bytes = try Trainer.plannedMemory(configuration: configuration, runs: most, device: device).all
    let waves = try Trainer.waves(
      of: configuration.runs, configuration: configuration, device: device, availableBytes: bytes)
    #expect(waves.flatMap(\.self) == configuration.runs)
    #expect(waves.count == (11 + most - 1) / most)
    #expect(waves.map(\.count).max()! <= most)
    #expect(waves.map(\.count).max()! - waves.map(\.count).min()! <= 1)
  }

  /// Some drivers allocate 1 GiB at a time at most.
  @Test(arguments: [1, 3, 7, 11])
  func noBufferExceedsWhatTheDeviceAllocates(most: Int) throws {
    let device = try TestDevice.make()
    let configuration = try tinyConfiguration(["seeds=11"])
    let largest = try Trainer.plannedMemory(configuration: configuration, runs: most, device: device).largest
    let waves = try Trainer.waves(
      of: configuration.runs, configuration: configuration, device: device, largestBytes: largest)
    #expect(waves.flatMap(\.self) == configuration.runs)
    for wave in waves {
      let memory = try Trainer.plannedMemory(configuration: configuration, runs: wave.count, device: device)
      #expect(memory.largest <= largest)
    }
    #expect(waves.count == (11 + most - 1) / most)
  }

  @Test func aLimitDividesWhatWouldFit() throws {
    let device = try TestDevice.make()
    let configuration = try tinyConfiguration(["seeds=11"])
    let waves = try Trainer.waves(of: configuration.runs, configuration: configuration, device: device, limit: 4)
    #expect(waves.map(\.count) == [3, 4, 4])
  }

  @Test func runsThatCannotFitAreLeftToTheTrainer() throws {
    let device = try TestDevice.make()
    let configuration = try tinyConfiguration(["seeds=3"])
    let waves = try Trainer.waves(
      of: configuration.runs, configuration: configuration, device: device, availableBytes: 1)
    #expect(waves.map(\.count) == [1, 1, 1])
  }

  /// The next wave needs the memory of the one before it.
  @Test func aTrainerThatIsLetGoGivesItsMemoryBack() throws {
    let device = try TestDevice.make()
    weak var released: Trainer?
    weak var parameters: AnyBuffer?
    try {
      let trainer = try tinyTrainer(device)
      try trainer.train(updates: 1)
      (released, parameters) = (trainer, trainer.parts.learner.parameters)
    }()
    #expect(released == nil && parameters == nil)
    device.requireNoValidationMessages()
  }
}
