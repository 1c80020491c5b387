import CShaders
import VulkanCompute

/// A made-up product of one layer, to measure kernels with and to hold them against each other.
struct TrialProduct {
  let operation: DenseKernels.Operation
  let storage: ProductStorage
  let inputs, columns, splits: Int
  private(set) var rows, runs: Int
  var gradientScale: Float = 1

  init(
    _ operation: DenseKernels.Operation, storage: ProductStorage = ProductStorage(), rows: Int, inputs: Int,
    columns: Int, runs: Int, splits: Int
  ) {
    self.operation = operation
    self.storage = storage
    (self.rows, self.inputs, self.columns) = (rows, inputs, columns)
    (self.runs, self.splits) = (runs, splits)
  }

  /// As large as a given one.
  init(
    _ operation: DenseKernels.Operation, _ like: DenseDispatch, storage: ProductStorage = ProductStorage(), runs: Int,
    splits: Int
  ) {
    self.init(
      operation, storage: storage, rows: Int(like.rows - like.row_begin), inputs: Int(like.inputs),
      columns: Int(like.columns),
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
      bias_offset: UInt32(inputs * columns), parameter_stride: UInt32(parameters), weight_stride: UInt32(parameters),
      input_stride: UInt32(paddedRows * inputs), output_stride: UInt32(paddedRows * columns),
      gradient_stride: UInt32(splits * parameters), first_row: 0, row_begin: 0, bias_begin: 0,
      gradient_scale: gradientScale)
  }

  /// What the time and the bits of a kernel depend on.
  var key: String { "\(operation.key) \(storage) \(inputs)x\(columns) rows \(rows) runs \(runs) splits \(splits)" }

  var parameters: Int { inputs * columns + columns }
  var paddedRows: Int {
    (rows + DenseKernels.rowAlignment - 1) / DenseKernels.rowAlignment * DenseKernels.rowAlignment
  }

  /// Numbers of what it computes.
  var resultCount: Int {
    switch operation {
    case .forward: runs * paddedRows * columns
    case .backwardInput: runs * paddedRows * inputs
    case .backwardWeights: runs * splits * parameters
    }
  }

  /// Numbers of its largest buffer.
  private var largestBuffer: Int { max(runs * paddedRows * max(inputs, columns), runs * parameters, resultCount) }
}

/// Made-up operands of a product, and its result.
struct TrialBuffers {
  let inputs, outputGradients, parameters: AnyBuffer
  /// As float16; nil for kernels that read the parameters themselves.
  let weights: AnyBuffer?
  /// What stands in `result` before; sums go on from there.
  let initialResult: AnyBuffer
  let result: AnyBuffer
  private let rowCounts, policyIndices: Buffer<UInt32>

  /// - Parameter family: Of the kernels; the product's storage is for matrix units.
  init(_ product: TrialProduct, _ family: ProductFamily, on device: Device) throws {
    let storage = family == .cooperative ? product.storage : ProductStorage()
    // Numbers of all signs and sizes in -1 ..< 1, since devices may save power on zeros; all of them are float16 as well.
    func numbers(_ name: String, _ count: Int, _ format: NumberFormat = .float32, scale: Float = 1) throws -> AnyBuffer
    {
      func number(_ place: Int) -> Float16 {
        Float16(Float(Int32(truncatingIfNeeded: (place &+ 1) &* 0x9E37_79B1)) * 0x1p-31)
      }
      switch format {
      case .float32:
        let buffer = try device.buffer("trial \(name)", of: Float.self, count: count)
        try buffer.write((0..<count).map { Float(number($0)) })
        return buffer
      case .float16:
        let buffer = try device.buffer("trial \(name)", of: Float16.self, count: count)
        try buffer.write((0..<count).map { number($0) * Float16(scale) })
        return buffer
      }
    }
    let scale = product.gradientScale
    inputs = try numbers("inputs", product.runs * product.paddedRows * product.inputs, storage.inputs)
    outputGradients = try numbers(
      "output gradients", product.runs * product.paddedRows * product.columns, storage.outputs, scale: scale)
    parameters = try numbers("parameters", product.runs * product.parameters)
    weights = family == .cooperative ? try numbers("weights", product.runs * product.parameters, .float16) : nil
    let format = storage.result(of: product.operation)
    initialResult = try numbers(
      "initial result", product.resultCount, format, scale: product.operation.isBackward ? scale : 1)
    result = try numbers("result", product.resultCount, format)
    rowCounts = try device.buffer("trial row counts", of: UInt32.self, count: product.runs)
    try rowCounts.write(Array(repeating: UInt32(product.rows), count: product.runs))
    policyIndices = try device.buffer("trial policies", of: UInt32.self, count: product.runs)
    try policyIndices.write((0..<product.runs).map { UInt32($0) })
  }

  /// The result in its memory's words.
  func resultWords() throws -> [UInt32] {
    switch result {
    case let floats as Buffer<Float>: try floats.read().map(\.bitPattern)
    case let halves as Buffer<Float16>: try halves.read().map { UInt32($0.bitPattern) }
    default: preconditionFailure("a result has floats of 32 or 16 bits")
    }
  }

  /// The result as numbers.
  ///
  /// - Parameter scale: What float16 gradients are scaled by.
  func resultNumbers(scale: Float) throws -> [Float] {
    switch result {
    case let floats as Buffer<Float>: try floats.read()
    case let halves as Buffer<Float16>: try halves.read().map { Float($0) / scale }
    default: preconditionFailure("a result has floats of 32 or 16 bits")
    }
  }

  func bindings(_ operation: DenseKernels.Operation) -> [String: BufferWindow] {
    var bindings: [String: BufferWindow]
    switch operation {
    case .forward:
      bindings = [
        "inputs": inputs.whole, "parameters": parameters.whole, "row_counts": rowCounts.whole,
        "policy_indices": policyIndices.whole, "outputs": result.whole,
      ]
      bindings["weights"] = weights?.whole
    case .backwardInput:
      bindings = [
        "output_gradients": outputGradients.whole, "inputs": inputs.whole, "row_counts": rowCounts.whole,
        "policy_indices": policyIndices.whole, "input_gradients": result.whole,
      ]
      bindings[weights == nil ? "parameters" : "weights"] = (weights ?? parameters).whole
    case .backwardWeights:
      bindings = [
        "inputs": inputs.whole, "output_gradients": outputGradients.whole, "row_counts": rowCounts.whole,
        "gradients": result.whole,
      ]
    }
    return bindings
  }
}
