import Configuration
import VulkanCompute

/// Runs that do not all fit into memory at once are trained in waves: neighbouring runs, to their end, then the next.
/// Nothing of a run depends on its neighbours, so every run gets the same bytes as in one batch.
extension Trainer {
  /// The fewest waves of about equal size that fit, in order.
  ///
  /// - Parameters:
  ///   - runs: Runs of this process.
  ///   - limit: The most runs of one wave; nil for as many as the memory holds.
  ///   - availableBytes: nil for what the device has.
  ///   - largestBytes: Of one buffer; nil for what the device allows.
  /// - Returns: Waves of one run where even those are too large; making their trainer then says so.
  public static func waves(
    of runs: [RunConfiguration], configuration: TrainingConfiguration, device: Device, limit: Int? = nil,
    availableBytes: Int? = nil, largestBytes: Int? = nil
  ) throws -> [[RunConfiguration]] {
    guard !runs.isEmpty else { return [] }
    let largest = largestBytes ?? device.description.maxAllocationBytes
    let available = availableBytes ?? device.description.availableBytes
    var most = min(limit ?? runs.count, runs.count)
    while most > 1 {
      let planned = try plannedMemory(configuration: configuration, runs: most, device: device)
      guard planned.all > available || planned.largest > largest else { break }
      // Scratch memory grows no further once a window is full, so fewer runs need at least their part.
      let fitting = min(Double(available) / Double(planned.all), Double(largest) / Double(planned.largest))
      most = max(1, min(most - 1, Int(Double(most) * fitting)))
    }
    let waves = (runs.count + most - 1) / most
    return (0..<waves).map { Array(runs[$0 * runs.count / waves..<($0 + 1) * runs.count / waves]) }
  }
}
