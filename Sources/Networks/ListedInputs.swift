import CShaders
import Environments
import VulkanCompute

/// The inputs of first layers as lists: per row the features that differ from the static part, and the static part once.
///
///     Y = act(base + sum over the row's entries of v W[f]),   base = b + sum over the static entries of s_f W[f]
///
/// An entry is a feature in its low 16 bits and a whole number in its high 16.
final class ListedInputs {
  /// L, the most entries of one row.
  let capacity: Int
  let entries: Buffer<UInt32>  // (window, C, L)
  let lengths: Buffer<UInt32>  // (window, C)
  let staticEntries: Buffer<UInt32>  // (static_count)
  let staticCount: Int
  /// How list_observations.comp is made for this game.
  let macros: [String: String]
  let includes: [String: String]
  private let kernel: Kernel

  init(
    _ name: String, _ list: ObservationList, macros: [String: String], features: Int, device: Device,
    table: BufferTable, windowRuns: Int, rows: Int
  ) throws {
    precondition(
      features <= 1 << 16 && list.staticFeatures.allSatisfy { Int16(exactly: $0.value) != nil },
      "an entry has 16 bits for the feature and 16 for its value")
    capacity = list.capacity
    staticCount = list.staticFeatures.count
    entries = table.register(
      "\(name).entries", of: UInt32.self, runs: windowRuns, perRun: [("C", rows), ("L", list.capacity)],
      persistence: .scratch)
    lengths = table.register(
      "\(name).lengths", of: UInt32.self, runs: windowRuns, perRun: [("C", rows)], persistence: .scratch)
    // An empty buffer cannot be bound; a static part of 0 changes nothing.
    let features = list.staticFeatures.isEmpty ? [(feature: 0, value: 0)] : list.staticFeatures
    staticEntries = table.register(
      "\(name).static_entries",
      constants: features.map { UInt32($0.feature) | UInt32(bitPattern: Int32($0.value)) << UInt32(ENTRY_VALUE_SHIFT) })
    self.macros = macros
    includes = ["ENVIRONMENT_OBSERVATION_LIST": list.include]
    kernel = try device.kernel("Network/list_observations.comp", macros: macros, includes: includes)
  }

  /// Lists the observations of `rows` in the workspace.
  func record(
    _ recorder: CommandRecorder, _ rows: Rows, wordCount: Int, symmetries table: SymmetryTable?, work: Work
  ) {
    let symmetries = rows.observations.symmetries
    let push = ListDispatch(
      rows: UInt32(rows.count), observation_words: UInt32(wordCount),
      observation_stride: UInt32(rows.observations.packed.stride), row_index_stride: UInt32(rows.indices.stride),
      row_index_offset: UInt32(rows.indexOffset), row_count_stride: UInt32(rows.counts.stride),
      entry_pitch: UInt32(capacity), entry_stride: UInt32(entries.runStride), length_stride: UInt32(lengths.runStride),
      symmetry_stride: UInt32(symmetries?.stride ?? 0), feature_words: UInt32(table?.featureWords ?? 0))
    var bindings = [
      "observations": rows.observations.packed.window, "row_indices": rows.indices.window,
      "row_counts": rows.counts.window, "entries": entries.window(runs: 0..<rows.runs),
      "lengths": lengths.window(runs: 0..<rows.runs),
    ]
    bindings["symmetries"] = symmetries?.window
    bindings["feature_table"] = table?.features.whole
    recorder.dispatch(kernel, bindings, push: push, groups: kernel.groups(for: rows.count), rows.runs, work: work)
  }
}
