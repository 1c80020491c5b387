import Foundation

/// Runs that do not fit into memory at once are trained in waves, one after another; each has its own checkpoints.
///
/// One wave: `checkpoints/000120/`. Several: `checkpoints/runs-000-055/000120/`, by the first and last run.
extension CheckpointFolder {
  private static let wavePrefix = "runs-"

  /// Where the checkpoints of some of several waves' runs lie.
  func wave(of runs: ClosedRange<Int>) -> CheckpointFolder {
    func digits(_ number: Int) -> String {
      String(repeating: "0", count: max(0, 3 - String(number).count)) + String(number)
    }
    let name = "\(Self.wavePrefix)\(digits(runs.lowerBound))-\(digits(runs.upperBound))"
    return CheckpointFolder(url.appendingPathComponent(name))
  }

  /// This folder, where it holds checkpoints itself, and those of waves, each with at least one checkpoint.
  public func waves() throws -> [CheckpointFolder] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0.hasPrefix(Self.wavePrefix) }
    let folders = [self] + names.sorted().map { CheckpointFolder(url.appendingPathComponent($0)) }
    return try folders.filter { try !$0.updates().isEmpty }
  }
}
