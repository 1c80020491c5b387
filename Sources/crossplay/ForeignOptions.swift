import ArgumentParser
import Foundation

/// What plays policies of other programs.
struct ForeignOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "ONNX Runtime, which plays policies that are models in ONNX (default: CROSSPLAY_ONNX_RUNTIME, or what the system finds).",
      valueName: "library"))
  var onnxRuntime: String?

  /// The path of the library; nil for the one that the system finds.
  var library: String? {
    let named = onnxRuntime ?? ProcessInfo.processInfo.environment["CROSSPLAY_ONNX_RUNTIME"] ?? ""
    return named.isEmpty ? nil : named
  }
}
