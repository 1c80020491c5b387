import Configuration
import Files
import VulkanCompute

/// An error of the engine with the options of this command line that help. The engine itself knows of no options.
struct AdvisedError: Error, CustomStringConvertible {
  let description: String
}

enum Advice {
  /// The same error where there is nothing to add.
  static func adding(to error: any Error) -> any Error {
    if let text = text(for: error) { AdvisedError(description: text) } else { error }
  }

  private static func text(for error: any Error) -> String? {
    switch error {
    case let error as ConfigurationError:
      guard case .override(let text) = error.origin else { return nil }
      return "\(ConfigurationError(.file("--set \(text)"), key: error.key, error.message))"
    case let error as Shard.Invalid: return "--\(error)"
    case let error as VulkanError: return options(for: error.kind).map { "\(error) (\($0))" }
    case let error as FileFailure:
      let options = FileFailure.Remedy.allCases.filter(error.remedies.contains).map(option)
      return options.isEmpty ? nil : "\(error) (\(options.joined(separator: ", ")))"
    default: return nil
    }
  }

  private static func options(for kind: VulkanError.Kind) -> String? {
    switch kind {
    case .outOfMemory: "crossplay train --plan shows what takes it, --shard I/N trains a part of the runs"
    case .deviceLost: "a training goes on with --resume"
    case .unsuitableProducts: "--matmul host, flat, shared or cooperative"
    case .noDevice, .unsupported, .shaderCompilation, .validation, .other: nil
    }
  }

  private static func option(_ remedy: FileFailure.Remedy) -> String {
    switch remedy {
    case .anotherFolder: "--output FOLDER"
    case .resume: "--resume"
    case .begin: "without --resume"
    case .sameShard: "--shard as before"
    case .onnxRuntime: "--onnx-runtime LIBRARY, or CROSSPLAY_ONNX_RUNTIME"
    }
  }
}
