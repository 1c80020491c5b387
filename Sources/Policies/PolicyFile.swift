import Files
import Foundation
import Networks

/// The file format of exported policies: safetensors whose metadata says everything else.
///
/// Metadata: `format` = `crossplay-policy-2`, or `-3` where layers are normalised, `policy` = a `PolicyDescription` in JSON,
/// `weight_hash` (docs/export.md).
public enum PolicyFile {
  /// By version of the description.
  static func format(_ version: Int) -> String { "crossplay-policy-\(version)" }
  private static let formats = PolicyDescription.versions.map(format)

  public static func write(_ policy: Policy, to url: URL) throws {
    let tensors = policy.parameters.map { Tensor($0.name, shape: $0.shape, $0.values) }
    try SafetensorsWriter.write(tensors, metadata: try metadata(policy), to: url)
  }

  /// What files of all formats say of a policy.
  static func metadata(_ policy: Policy) throws -> [String: String] {
    [
      "format": format(policy.description.version),
      "policy": String(decoding: try json(policy.description, pretty: false), as: UTF8.self),
      "weight_hash": policy.weightHash,
    ]
  }

  public static func read(_ url: URL) throws -> Policy {
    let file = try SafetensorsFile(url)
    guard let format = file.metadata["format"], formats.contains(format), let text = file.metadata["policy"] else {
      let found = file.metadata["format"] ?? "none"
      throw FileFailure(
        url.path,
        "is not an exported policy of this version: its format is \(found); expected "
          + "\(formats.joined(separator: " or ")), so export it again")
    }
    let policy: Policy
    do {
      let description = try JSONDecoder().decode(PolicyDescription.self, from: Data(text.utf8))
      let parameters = try file.entries.map { name, entry in
        NamedTensor(name: name, shape: entry.shape, values: try file.read(name))
      }
      policy = try Policy(description, parameters: parameters)
    } catch let error as Policy.Invalid {
      throw FileFailure(url.path, error.description)
    } catch let error as NetworkArchitecture.Invalid {
      throw FileFailure(url.path, error.description)
    } catch let error as DecodingError {
      throw FileFailure(url.path, "has a wrong description: \(DecodingProblem.text(error))")
    }
    if let tensor = policy.parameters.first(where: { $0.values.contains { !$0.isFinite } }) {
      throw FileFailure(
        url.path, "tensor \(tensor.name) has values that are not finite numbers; export the policy again")
    }
    guard policy.weightHash == file.metadata["weight_hash"] else {
      throw FileFailure(url.path, "is damaged: its weights do not have the hash \(file.metadata["weight_hash"] ?? "")")
    }
    return policy
  }

  static func json(_ description: PolicyDescription, pretty: Bool) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return try encoder.encode(description)
  }
}
