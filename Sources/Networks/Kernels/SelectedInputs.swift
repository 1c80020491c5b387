import CShaders
import VulkanCompute

/// The rows of an env step and the inputs of them by one kernel (SELECTS_ROWS of expand_observations.comp and
/// list_observations.comp) in place of `select_rows.comp` and another that waits for it.
///
/// Every workgroup looks at all rows, so this is for as many as it can look at in the time that a dispatch takes.
final class SelectedInputs {
  /// 32 rows for each of 256 invocations: some microseconds.
  private static let mostRows = 32 * 256

  private let workspace: NetworkWorkspace
  private let kernel: Kernel

  /// nil where rows are not for this kernel: in the order of time, seen through symmetries, with wide actions; and for flat
  /// kernels, since workgroups are slow on software devices.
  init?(_ workspace: NetworkWorkspace, family: ProductFamily, device: Device) throws {
    guard family != .flat, workspace.recurrence == nil, workspace.symmetries == nil, workspace.wideColumns == nil else {
      return nil
    }
    self.workspace = workspace
    let maskWords = (workspace.architecture.actions + 31) / 32
    let macros = workspace.observation.macros.merging(["SELECTS_ROWS": "1", "MASK_WORDS": "\(maskWords)u"]) { $1 }
    switch workspace.inputs {
    case .dense:
      kernel = try device.kernel(
        "Network/expand_observations.comp",
        macros: KernelPasses.rowMacros(workspace.halves).merging(macros) { $1 },
        includes: ["ENVIRONMENT_OBSERVATION": workspace.observation.include])
    case .listed(let inputs):
      kernel = try device.kernel("Network/list_observations.comp", macros: macros, includes: inputs.includes)
    }
  }

  /// Whether it may choose so many rows.
  func suits(_ count: Int) -> Bool { count <= Self.mostRows }

  /// Chooses observations `choice.first ..< choice.first + rows.count`, acting seats first, and makes inputs of them. Indices
  /// and counts of `rows` are written.
  func record(_ recorder: CommandRecorder, _ rows: Rows, _ choice: RowChoice) {
    precondition(suits(rows.count), "nothing chooses \(rows.count) rows")
    var push = SelectedDispatch()
    push.rows = UInt32(rows.count)
    push.first = UInt32(choice.first)
    push.index_stride = UInt32(rows.indices.stride)
    push.row_count_stride = UInt32(rows.counts.stride)
    push.mask_stride = UInt32(choice.masks.stride)
    push.observation_words = UInt32(workspace.observation.wordCount)
    push.observation_stride = UInt32(rows.observations.packed.stride)
    var bindings = [
      "observations": rows.observations.packed.window, "row_indices": rows.indices.window,
      "row_counts": rows.counts.window, "legal_masks": choice.masks.window,
      "row_places": choice.places.window,
    ]
    let groupRows: Int
    switch workspace.inputs {
    case .dense(let inputs):
      push.features = UInt32(workspace.architecture.inputs)
      push.padded_features = UInt32(inputs.width)
      push.input_stride = UInt32(workspace.paddedRows * inputs.width)
      bindings["inputs"] = inputs.x.window(runs: 0..<rows.runs)
      groupRows = Int(EXPANDED_GROUP_ROWS)
    case .listed(let inputs):
      push.entry_pitch = UInt32(inputs.capacity)
      push.entry_stride = UInt32(inputs.entries.runStride)
      push.length_stride = UInt32(inputs.lengths.runStride)
      bindings["entries"] = inputs.entries.window(runs: 0..<rows.runs)
      bindings["lengths"] = inputs.lengths.window(runs: 0..<rows.runs)
      groupRows = Int(LISTED_GROUP_ROWS)
    }
    recorder.dispatch(
      kernel, bindings, push: push, groups: (rows.count + groupRows - 1) / groupRows, rows.runs,
      work: workspace.expandWork(rows))
  }
}
