/// How much work goes to a device at a time. Drivers of desktops reset a device that works on one submission for seconds
/// (two on Windows, and lately on AMD's compute queues under Linux), so long sequences are submitted in parts.
public struct SubmissionBound: Equatable, Sendable {
  public let flops: Double
  public let bytes: Double

  public init(flops: Double, bytes: Double) { (self.flops, self.bytes) = (flops, bytes) }

  /// A quarter of a second at the peak rates of a device: kernels reach a third to two thirds of these, which makes about
  /// half a second.
  init(_ peak: MeasuredPeaks.Peak) {
    self.init(flops: peak.flopsPerSecond / 4, bytes: peak.bytesPerSecond / 4)
  }

  /// For devices that cannot be measured: slower than any that is still in use.
  static let cautious = SubmissionBound(flops: 0.05e12, bytes: 5e9)

  func isReached(by work: Work) -> Bool {
    let most = work.upperBound
    return most.flops / flops + most.bytes / bytes >= 1
  }

  /// The bound of `device`, from the peaks that are measured when it is first used with its driver; nil for a CPU, which
  /// nothing resets.
  static func measured(on device: Device) -> SubmissionBound? {
    // A device without memory only compiles.
    guard device.description.kind != .cpu, device.description.memoryBytes > 0 else { return nil }
    let choices = MeasuredChoices("peaks", on: device.description, version: "1")
    if let known = choices["flops bytes"]?.split(separator: " ").compactMap({ Double($0) }), known.count == 2 {
      return SubmissionBound(flops: known[0], bytes: known[1])
    }
    guard let peaks = try? MeasuredPeaks.measure(on: device) else { return .cautious }
    let bound = SubmissionBound(peaks.device)
    choices.record("\(bound.flops) \(bound.bytes)", for: "flops bytes")
    return bound
  }
}
