import COnnxRuntime
import Environments
import Evaluation
import Files
import Foundation

/// A policy that is a model in ONNX, whatever trained it, computed by ONNX Runtime.
///
/// Inputs are those of `ONNXFile`: `observation`, and `legal_mask` and `hidden_state` where the model has them; outputs `logits` and,
/// with a hidden state, `next_hidden_state`. Its metadata has under `policy` a JSON object with at least `environment`,
/// `observation` and `action_names`, as in `PolicyDescription`: the game that it plays, and what it sees and does there, by name.
public final class ONNXPolicy: ForeignPolicy, @unchecked Sendable {
  public let url: URL
  public let features: Int
  public let actions: Int
  public let hiddenWidth: Int?
  public let environment: PolicyDescription.Environment
  public let observation: [ObservationSection]
  public let actionNames: [String]
  /// Of the file.
  public let contentHash: String
  private let readsMasks: Bool
  private let model: OpaquePointer

  /// What must be known of a policy that is a model.
  private struct Description: Decodable {
    let environment: PolicyDescription.Environment
    let observation: [ObservationSection]
    let actionNames: [String]

    enum CodingKeys: String, CodingKey {
      case environment, observation
      case actionNames = "action_names"
    }
  }

  /// - Parameter library: The path of ONNX Runtime's library; nil for the one that the system finds.
  /// - Throws: `FileFailure` where there is no ONNX Runtime, or the file is not such a model.
  public init(_ url: URL, library: String?) throws {
    func refuse(_ problem: String) -> FileFailure { FileFailure(url.relativePath, problem) }
    var problem = [CChar](repeating: 0, count: Int(ONNX_PROBLEM_BYTES))
    var reason: String { String(decoding: problem.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) }
    guard onnx_runtime_load(library, &problem) else {
      throw FileFailure(
        url.relativePath, "is a model in ONNX, which takes ONNX Runtime, and that cannot be loaded: \(reason)",
        remedies: [.onnxRuntime])
    }
    contentHash = try FileHash.digits(of: url)
    guard let model = onnx_model_open(url.path, &problem) else {
      throw refuse("cannot be played: \(reason)")
    }
    self.model = model
    self.url = url
    let shape = onnx_model_shape(model)
    features = Int(shape.observation)
    actions = Int(shape.logits)
    hiddenWidth = shape.hidden_state > 0 ? Int(shape.hidden_state) : nil
    readsMasks = shape.legal_mask > 0
    let text = onnx_model_metadata(model, "policy")
    defer { free(text) }
    do {
      guard let text else {
        throw refuse("does not say what it plays: it has no metadata called policy (docs/export.md)")
      }
      let description = try JSONDecoder().decode(Description.self, from: Data(String(cString: text).utf8))
      environment = description.environment
      observation = description.observation
      actionNames = description.actionNames
    } catch {
      onnx_model_close(model)
      throw error is FileFailure
        ? error : refuse("has metadata called policy that cannot be understood: \(DecodingProblem.text(error))")
    }
    guard !readsMasks || Int(shape.legal_mask) == actions else {
      throw refuse("has legal masks of \(shape.legal_mask) and logits of \(actions) actions")
    }
  }

  deinit { onnx_model_close(model) }

  public func step(
    rows: Int, observations: [Float], legalMasks: [UInt8], hiddenStates: [Float]?
  ) throws -> (logits: [Float], nextHiddenStates: [Float]?) {
    precondition(observations.count == rows * features && legalMasks.count == rows * actions)
    precondition(hiddenStates?.count == hiddenWidth.map { rows * $0 })
    var logits = [Float](repeating: 0, count: rows * actions)
    var next = hiddenStates ?? []
    var problem = [CChar](repeating: 0, count: Int(ONNX_PROBLEM_BYTES))
    let isDone = onnx_model_step(
      model, Int64(rows), observations, legalMasks, hiddenStates ?? [], &logits, &next, &problem)
    guard isDone, logits.allSatisfy(\.isFinite) else {
      let reason = String(decoding: problem.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw FileFailure(
        url.relativePath, "failed in a game: \(isDone ? "a logit is not a finite number" : reason)")
    }
    return (logits, hiddenWidth == nil ? nil : next)
  }
}
