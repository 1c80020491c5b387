import Configuration
import Environments
import Foundation
import Training
import VulkanCompute

/// A device under examination.
struct Patient {
  let description: DeviceDescription
  let recorded: Recorded
  let moreGames: [String]

  /// What a check looks at, one after another.
  func examinations(_ check: Doctor.Check) -> [Examination] {
    switch check {
    case .device: [Examination("limits and features", limits)]
    case .games: games
    case .kernels: KernelFamily.all(on: description).map { family in Examination(family.name) { try kernels(family) } }
    case .losses:
      KernelFamily.all(on: description).filter { $0.precision == .float32 }
        .map { family in Examination(family.name) { try losses(family) } }
    case .determinism: [Examination("the same bytes twice", determinism)]
    case .matrixUnits: [Examination("matrix units", matrixUnits)]
    case .speed: [Examination("games", gameSpeed), Examination("training", trainingSpeed)]
    }
  }

  /// The device by a kernel family; by its own profile for nil.
  func open(_ family: KernelFamily? = nil) throws -> Device {
    try Device(.index(description.index), profile: family?.profile)
  }
}
