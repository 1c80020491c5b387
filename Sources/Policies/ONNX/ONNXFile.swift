import Files
import Foundation

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
    var operators = ProtobufMessage()
    operators.add(ONNXSchema.OperatorSet.domain, "")
    operators.add(ONNXSchema.OperatorSet.version, operatorSet)
    var model = ProtobufMessage()
    model.add(ONNXSchema.Model.irVersion, irVersion)
    model.add(ONNXSchema.Model.producerName, "crossplay")
    model.add(ONNXSchema.Model.graph, ONNXGraph(policy).message)
    model.add(ONNXSchema.Model.operatorSets, operators)
    for (key, value) in try PolicyFile.metadata(policy).sorted(by: { $0.key < $1.key }) {
      var entry = ProtobufMessage()
      entry.add(ONNXSchema.Entry.key, key)
      entry.add(ONNXSchema.Entry.value, value)
      model.add(ONNXSchema.Model.metadata, entry)
    }
    return model.data
  }
}
