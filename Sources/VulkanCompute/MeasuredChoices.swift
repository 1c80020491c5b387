import Foundation

/// Choices that were made by measurement, kept on disk for the next start: one file per name, device, driver and content
/// of what was measured. A missing or damaged file only means that it is measured again.
///
/// Not safe to share between threads, as the device that it is for.
public final class MeasuredChoices {
  private let fileName: String
  private var choices: [String: String]

  /// - Parameters:
  ///   - name: What is chosen.
  ///   - version: What the choices depend on besides the device, for example the text of kernels.
  public init(_ name: String, on device: DeviceDescription, version: String) {
    fileName = "\(name)-\(ContentHash("\(device.name)\n\(device.driver)\n\(version)"))"
    choices = Self.read(fileName)
  }

  public subscript(key: String) -> String? { choices[key] }

  /// Keeps a choice, and those that other processes have made meanwhile.
  public func record(_ choice: String, for key: String) {
    choices.merge(Self.read(fileName)) { own, _ in own }
    choices[key] = choice
    if let data = try? JSONEncoder().encode(choices) { Cache.write(data, as: fileName) }
  }

  private static func read(_ fileName: String) -> [String: String] {
    Cache.read(fileName).flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
  }
}
