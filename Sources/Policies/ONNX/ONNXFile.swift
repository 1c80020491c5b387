import Files
import Foundation
import SwiftProtobuf

/// The ONNX form of a policy: one step of the network as a graph, for any number of rows at once.
///
/// Inputs: `observation` (batch, D) float, `legal_mask` (batch, K) bool, and of recurrent policies `hidden_state`
/// (batch, H) float. Outputs: `logits` and `masked_logits` (batch, K), `value` (batch), and `next_hidden_state` (batch, H).
/// Metadata: `format`, `policy` and `weight_hash`, as in `PolicyFile`.
public enum ONNXFile {
  /// The newest version of ONNX's operators that the graph needs to be read with.
  public static let operatorSet = 17
  /// The version of ONNX's file format that came with these operators.
  static let irVersion = 8
  /// What stands in `masked_logits` where an action is illegal: the lowest finite float, whose probability is 0.
  public static let illegalLogit = -Float.greatestFiniteMagnitude

  /// Writes the whole file, or nothing.
  /// - Throws: `FileFailure` where it cannot be written.
  public static func write(_ policy: Policy, to url: URL) throws {
    try AtomicFile.write(try data(policy), to: url)
  }

  /// The bytes of the file.
  static func data(_ policy: Policy) throws -> Data {
    var model = Onnx_ModelProto()
    model.irVersion = Int64(irVersion)
    model.producerName = "crossplay"
    var operators = Onnx_OperatorSetIdProto()
    operators.domain = ""
    operators.version = Int64(operatorSet)
    model.opsetImport = [operators]
    model.graph = ONNXGraph(policy).graph
    model.metadataProps = try PolicyFile.metadata(policy).sorted { $0.key < $1.key }.map { key, value in
      var entry = Onnx_StringStringEntryProto()
      entry.key = key
      entry.value = value
      return entry
    }
    return try model.serializedData()
  }
}
