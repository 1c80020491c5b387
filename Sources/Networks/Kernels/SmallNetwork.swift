import CShaders
import VulkanCompute

/// A network whose layers a single workgroup can hold in shared memory, as text for a kernel that plays a whole rollout with
/// it (`Network/small_network.glsl`).
///
/// There is one where shared-memory kernels multiply, of feed-forward networks without layer normalisation whose rows are
/// seen as they are. It adds in the order of the kernels that it stands for.
public final class SmallNetwork {
  /// Rows of a workgroup.
  public let rows: Int
  /// What the text asks of its includer: macros, and whether it reads `static_entries`.
  public let macros: [String: String]
  public let staticEntries: Buffer<UInt32>?
  /// `prepare_network(run, parameter_stride)`, once; then `take_row(row)` of rows of `seen` and `forward_rows()`, which all
  /// invocations call and after which `logits` and `value_outputs` are there.
  public let text: String
  private let workspace: NetworkWorkspace

  /// Half of what every device has, and more, so that more than one workgroup fits a processor.
  private static let sharedBytes = 24 * 1024
  /// Weights that all workgroups read in every step, other than those that lists pick: 256 KiB, in any second-level cache.
  private static let mostWeights = 1 << 16

  init?(_ passes: KernelPasses, precision: Precision) {
    let (workspace, layout) = (passes.workspace, passes.layout)
    guard passes.kernels.family == .shared, workspace.recurrence == nil, workspace.symmetries == nil,
      !workspace.architecture.layerNorm
    else { return nil }
    var macros = DenseKernels.macros(workspace.architecture.activation).mapValues { $0.description }
    if precision == .mixed { macros["PRECISION_MIXED"] = "1" }
    let isListed: Bool
    var rowBytes = 4 * (workspace.observation.wordCount + layout.layers[layout.actorOutput].paddedOutputs + 2)
    switch workspace.inputs {
    case .dense: (isListed, staticEntries) = (false, nil)
    case .listed(let inputs):
      (isListed, staticEntries) = (true, inputs.staticEntries)
      rowBytes += 4 * (inputs.capacity + 1)
      macros["LIST_CAPACITY"] = "\(inputs.capacity)u"
      macros["STATIC_COUNT"] = "\(inputs.staticCount)u"
    }
    let dense = layout.layers.filter { $0.source != nil || !isListed }
    let outputs = [layout.actorOutput, layout.criticOutput]
    guard dense.reduce(0, { $0 + $1.paddedInputs * $1.paddedOutputs }) <= Self.mostWeights,
      outputs.allSatisfy({ layout.layers[$0].source != nil || !isListed })
    else { return nil }
    let places = Places(layout, inputs: isListed ? 0 : ParameterLayout.padded(workspace.architecture.inputs))
    rowBytes += 16 * places.quads
    let baseBytes = isListed ? 4 * layout.layers.reduce(0) { $0 + ($1.source == nil ? $1.paddedOutputs : 0) } : 0
    guard let rows = [16, 8].first(where: { $0 * rowBytes + baseBytes <= Self.sharedBytes }) else { return nil }
    macros["SMALL_ROWS"] = "\(rows)u"
    macros["SMALL_QUADS"] = "\(places.quads)u"
    macros["SEEN_WORDS"] = "\(workspace.observation.wordCount)u"
    macros["BASE_QUADS"] = "\(baseBytes / 16)u"
    (self.rows, self.macros, self.workspace) = (rows, macros, workspace)
    text = Text(workspace, places: places, rows: rows).text
  }

  /// What one pass over `rows` has to do.
  public func work(_ rows: Rows) -> Work {
    workspace.expandWork(rows) + workspace.forwardWork(Array(workspace.layout.layers.indices), rows)
  }

  /// Where the numbers of a row stand, in quads: inputs, then hidden layers.
  fileprivate struct Places {
    private(set) var quads: Int
    /// Of every hidden layer.
    private(set) var ofLayer: [Int: Int] = [:]

    init(_ layout: ParameterLayout, inputs: Int) {
      quads = inputs / 4
      for (index, layer) in layout.layers.enumerated() where index != layout.actorOutput && index != layout.criticOutput
      {
        ofLayer[index] = quads
        quads += layer.paddedOutputs / 4
      }
    }
  }
}

extension SmallNetwork {
  /// The layers written down.
  private struct Text {
    let workspace: NetworkWorkspace
    let places: Places
    let rows: Int

    init(_ workspace: NetworkWorkspace, places: Places, rows: Int) {
      (self.workspace, self.places, self.rows) = (workspace, places, rows)
    }

    private var layout: ParameterLayout { workspace.layout }

    var text: String {
      """
      #include "Network/small_network.glsl"
      #define observations seen
      \(inputs.include)
      #undef observations
      uint policy;  // quads before the parameters of the run

      void prepare_network(uint run, uint parameter_stride) {
        policy = run * parameter_stride / 4u;
        \(inputs.preparation)
      }

      void take_row(uint row, bool is_there) {
        \(inputs.taking)
      }

      void forward_rows() {
        uint lane = gl_LocalInvocationID.x;
        barrier();
        \(inputs.expansion)
        \(workspace.forwardSteps(heads: [.actor, .critic]).map(step).joined(separator: "\n"))
      }
      """
    }

    /// Tiles of a layer, and what computes tile `t`.
    private func tiles(_ index: Int) -> (count: Int, call: String) {
      let layer = layout.layers[index]
      let outputs = layer.paddedOutputs / 4
      let (weights, bias) = ("policy + \(layer.weightOffset / 4)u", "policy + \(layer.biasOffset / 4)u")
      let down = rows / Int(SMALL_TILE_ROWS)
      let y = "\(rows * places.ofLayer[index, default: 0])u"
      if layer.source == nil, case .listed = workspace.inputs {
        return (
          rows * outputs,
          "listed_quad(t / \(outputs)u, t % \(outputs)u, \(base(index))u, \(y), \(outputs)u, \(weights));"
        )
      }
      let x = "\(rows * (layer.source.flatMap { places.ofLayer[$0] } ?? 0))u, \(layer.paddedInputs / 4)u"
      let tile = "t / \(outputs)u * SMALL_TILE_ROWS, t % \(outputs)u"
      switch index {
      case layout.criticOutput:
        return (down, "value_tile(t * SMALL_TILE_ROWS, \(x), \(outputs)u, \(weights), \(bias));")
      case layout.actorOutput:
        return (down * outputs, "logit_tile(\(tile), \(x), \(outputs)u, \(weights), \(bias));")
      default:
        return (down * outputs, "hidden_tile(\(tile), \(x), \(y), \(outputs)u, \(weights), \(bias));")
      }
    }

    /// Layers that do not depend on each other, tile after tile.
    private func step(_ layers: [Int]) -> String {
      var (first, text) = (0, "")
      for index in layers {
        let (count, call) = tiles(index)
        text += "    if (tile >= \(first)u && tile < \(first + count)u) { uint t = tile - \(first)u; \(call) }\n"
        first += count
      }
      return "  for (uint tile = lane; tile < \(first)u; tile += SMALL_WORKGROUP) {\n\(text)  }\n  barrier();"
    }

    /// Quads of the bases of first layers before this one.
    private func base(_ index: Int) -> Int {
      layout.layers[..<index].reduce(0) { $0 + ($1.source == nil ? $1.paddedOutputs / 4 : 0) }
    }

    private var inputs: (include: String, preparation: String, taking: String, expansion: String) {
      switch workspace.inputs {
      case .dense(let inputs):
        let (quads, features) = (inputs.width / 4, workspace.architecture.inputs)
        return (
          "#include \"\(workspace.observation.include)\"",
          "", "if (!is_there) { for (uint word = 0u; word < SEEN_WORDS; ++word) seen[row * SEEN_WORDS + word] = 0u; }",
          """
          for (uint part = lane; part < SMALL_ROWS * \(quads)u; part += SMALL_WORKGROUP) {
            vec4 four;
            [[unroll]] for (uint k = 0u; k < 4u; ++k) {
              uint feature = part % \(quads)u * 4u + k;
              float value = observation_value(part / \(quads)u * SEEN_WORDS, min(feature, \(features - 1)u));
              four[k] = feature < \(features)u ? value : 0.0;
            }
            numbers[part] = four;
          }
          barrier();
          """
        )
      case .listed:
        let bases = layout.layers.indices.filter { layout.layers[$0].source == nil }.map { index in
          let layer = layout.layers[index]
          let quads = layer.paddedOutputs / 4
          return """
            for (uint column = gl_LocalInvocationID.x; column < \(quads)u; column += SMALL_WORKGROUP) {
              base_quad(column, \(base(index))u, \(quads)u, policy + \(layer.weightOffset / 4)u, policy + \(layer.biasOffset / 4)u);
            }
            """
        }
        return (
          "#include \"\(workspace.observation.list?.include ?? "")\"", bases.joined(separator: "\n"),
          """
          entry_base = row * LIST_CAPACITY;
            entry_count = 0u;
            if (is_there) list_observation(row * SEEN_WORDS);
            entry_counts[row] = entry_count;
          """, ""
        )
      }
    }
  }
}
