import CShaders
import VulkanCompute

/// A made-up product of one layer, to measure kernels with and to hold them against each other.
struct TrialProduct {
  let operation: DenseKernels.Operation
  let inputs, columns, splits: Int
  private(set) var rows, runs: Int
  var gradientScale: Float = 1

  init(_ operation: DenseKernels.Operation, rows: Int, inputs: Int, columns: Int, runs: Int, splits: Int) {
    self.operation = operation
    (self.rows, self.inputs, self.columns) = (rows, inputs, columns)
    (self.runs, self.splits) = (runs, splits)
  }

  /// As large as a given one.
  init(_ operation: DenseKernels.Operation, _ like: DenseDispatch, runs: Int, splits: Int) {
    self.init(
      operation, rows: Int(like.rows - like.row_begin), inputs: Int(like.inputs), columns: Int(like.columns),
      runs: runs, splits: splits)
  }

  /// With rows and runs rounded down to powers of two, and fewer of them where it would take long (on CPU devices more
  /// than some milliseconds, elsewhere about one) or much memory.
  func shrunk(for device: DeviceDescription) -> TrialProduct {
    let mostProducts = device.kind == .cpu ? 1 << 23 : 1 << 33
    let texels = device.allowsTexelLoads ? device.bindingBytes(.texel) : .max
    let mostBytes = min(device.bindingBytes(.storage), texels, 64 << 20)
    var product = self
    product.rows = max(64, Self.powerOfTwo(atMost: rows))
    product.runs = Self.powerOfTwo(atMost: runs)
    func isLarge() -> Bool {
      product.runs * product.rows * inputs * columns > mostProducts || product.largestBuffer > mostBytes / 4
    }
    while product.runs > 1, isLarge() { product.runs /= 2 }
    while product.rows > 64, isLarge() { product.rows /= 2 }
    return product
  }

  private static func powerOfTwo(atMost count: Int) -> Int {
    var power = 1
    while power <= count / 2 { power *= 2 }
    return power
  }

  /// Every run has a parameter set of its own.
  var push: DenseDispatch {
    DenseDispatch(
      rows: UInt32(rows), row_count_index: 0, row_count_stride: 1, policy_index_stride: 1, inputs: UInt32(inputs),
      outputs: UInt32(columns), column_begin: 0, columns: UInt32(columns), weight_offset: 0,
      bias_offset: UInt32(inputs * columns), parameter_stride: UInt32(parameters),
      input_stride: UInt32(paddedRows * inputs), output_stride: UInt32(paddedRows * columns),
      gradient_stride: UInt32(splits * parameters), first_row: 0, row_begin: 0, bias_begin: 0,
      gradient_scale: gradientScale)
  }

  /// What the time and the bits of a kernel depend on.
  var key: String { "\(operation.key) \(inputs)x\(columns) rows \(rows) runs \(runs) splits \(splits)" }

  var parameters: Int { inputs * columns + columns }
  var paddedRows: Int {
    (rows + DenseKernels.rowAlignment - 1) / DenseKernels.rowAlignment * DenseKernels.rowAlignment
  }

  /// Floats of what it computes.
  var resultFloats: Int {
    switch operation {
    case .forward: runs * paddedRows * columns
    case .backwardInput: runs * paddedRows * inputs
    case .backwardWeights: runs * splits * parameters
    }
  }

  /// Floats of its largest buffer.
  private var largestBuffer: Int { max(runs * paddedRows * max(inputs, columns), runs * parameters, resultFloats) }
}

/// Made-up operands of a product, and its result.
struct TrialBuffers {
  let inputs, outputGradients, parameters: Buffer<Float>
  /// What stands in `result` before; sums go on from there.
  let initialResult: Buffer<Float>
  let result: Buffer<Float>
  private let rowCounts, policyIndices: Buffer<UInt32>

  init(_ product: TrialProduct, on device: Device) throws {
    func numbers(_ name: String, _ count: Int) throws -> Buffer<Float> {
      let buffer = try device.buffer("trial \(name)", of: Float.self, count: count)
      // Numbers of all signs and sizes in -1 ..< 1, since devices may save power on zeros.
      try buffer.write((0..<count).map { Float(Int32(truncatingIfNeeded: ($0 &+ 1) &* 0x9E37_79B1)) * 0x1p-31 })
      return buffer
    }
    inputs = try numbers("inputs", product.runs * product.paddedRows * product.inputs)
    outputGradients = try numbers("output gradients", product.runs * product.paddedRows * product.columns)
    parameters = try numbers("parameters", product.runs * product.parameters)
    initialResult = try numbers("initial result", product.resultFloats)
    result = try device.buffer("trial result", of: Float.self, count: product.resultFloats)
    rowCounts = try device.buffer("trial row counts", of: UInt32.self, count: product.runs)
    try rowCounts.write(Array(repeating: UInt32(product.rows), count: product.runs))
    policyIndices = try device.buffer("trial policies", of: UInt32.self, count: product.runs)
    try policyIndices.write((0..<product.runs).map { UInt32($0) })
  }

  func bindings(_ operation: DenseKernels.Operation) -> [String: BufferWindow] {
    switch operation {
    case .forward:
      [
        "inputs": inputs.whole, "parameters": parameters.whole, "row_counts": rowCounts.whole,
        "policy_indices": policyIndices.whole, "outputs": result.whole,
      ]
    case .backwardInput:
      [
        "output_gradients": outputGradients.whole, "parameters": parameters.whole, "inputs": inputs.whole,
        "row_counts": rowCounts.whole, "policy_indices": policyIndices.whole, "input_gradients": result.whole,
      ]
    case .backwardWeights:
      [
        "inputs": inputs.whole, "output_gradients": outputGradients.whole, "row_counts": rowCounts.whole,
        "gradients": result.whole,
      ]
    }
  }
}
