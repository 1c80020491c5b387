import Configuration
import VulkanCompute

/// Runs that do not all fit into memory at once are trained in waves: neighbouring runs, to their end, then the next; with
/// several devices, as many waves at a time. Nothing of a run depends on its neighbours, so every run gets the same bytes as in one batch.
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
    let most = try mostRuns(
      min(limit ?? runs.count, runs.count), configuration, device,
      availableBytes: availableBytes ?? device.description.availableBytes, largestBytes: largestBytes)
    return divided(runs, into: (runs.count + most - 1) / most)
  }

  /// The fewest waves of about equal size that fit into any of several devices and keep all of them busy.
  ///
  /// - Parameters:
  ///   - devices: One that stands here several times shares its memory with itself, as devices do that work in the host's.
  ///   - limit: The most runs of one wave; nil for as many as the memory holds.
  public static func waves(
    of runs: [RunConfiguration], configuration: TrainingConfiguration, devices: [Device], limit: Int? = nil
  ) throws -> [[RunConfiguration]] {
    guard devices.count > 1, !runs.isEmpty else {
      return try waves(of: runs, configuration: configuration, device: devices[0], limit: limit)
    }
    let share = (runs.count + devices.count - 1) / devices.count
    let most =
      try devices.map { device in
        let description = device.description
        let sharing = devices.count {
          $0.description.index == description.index || ($0.description.kind == .cpu && description.kind == .cpu)
        }
        return try mostRuns(
          min(limit ?? share, share), configuration, device, availableBytes: description.availableBytes / sharing)
      }.min() ?? 1
    let fewest = (runs.count + most - 1) / most
    let busy = (fewest + devices.count - 1) / devices.count * devices.count
    return divided(runs, into: min(busy, runs.count))
  }

  private static func divided(_ runs: [RunConfiguration], into waves: Int) -> [[RunConfiguration]] {
    (0..<waves).map { Array(runs[$0 * runs.count / waves..<($0 + 1) * runs.count / waves]) }
  }

  /// How many runs fit, at least one and at most `limit`.
  private static func mostRuns(
    _ limit: Int, _ configuration: TrainingConfiguration, _ device: Device, availableBytes: Int,
    largestBytes: Int? = nil
  ) throws -> Int {
    let largest = largestBytes ?? device.description.maxAllocationBytes
    var most = limit
    while most > 1 {
      let planned = try plannedMemory(configuration: configuration, runs: most, device: device)
      guard planned.all > availableBytes || planned.largest > largest else { break }
      // Scratch memory grows no further once a window is full, so fewer runs need at least their part.
      let fitting = min(Double(availableBytes) / Double(planned.all), Double(largest) / Double(planned.largest))
      most = max(1, min(most - 1, Int(Double(most) * fitting)))
    }
    return most
  }
}
