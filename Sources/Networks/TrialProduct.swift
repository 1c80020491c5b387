import CShaders
import VulkanCompute

/// A product like a given one, with as many of its rows and runs as take a few milliseconds at most.
struct TrialProduct {
  let operation: DenseKernels.Operation
  let push: DenseDispatch
  let runs, splits: Int

  init(
    _ operation: DenseKernels.Operation, _ like: DenseDispatch, runs: Int, splits: Int, on device: DeviceDescription
  ) {
    let (inputs, columns) = (Int(like.inputs), Int(like.columns))
    let mostProducts = device.kind == .cpu ? 1 << 23 : 1 << 31
    var rows = Self.powerOfTwo(atLeast: max(64, Int(like.rows - like.row_begin)))
    var runs = Self.powerOfTwo(atLeast: runs)
    while runs > 1, runs * rows * inputs * columns > mostProducts { runs /= 2 }
    while rows > 64, runs * rows * inputs * columns > mostProducts { rows /= 2 }
    var push = DenseDispatch()
    push.rows = UInt32(rows)
    push.row_count_stride = 1
    push.policy_index_stride = 1
    push.inputs = like.inputs
    push.outputs = like.columns
    push.columns = like.columns
    push.bias_offset = UInt32(inputs * columns)
    push.parameter_stride = UInt32(inputs * columns + columns)
    push.input_stride = UInt32(rows * inputs)
    push.output_stride = UInt32(rows * columns)
    push.gradient_stride = UInt32(splits) * push.parameter_stride
    push.gradient_scale = 1
    (self.operation, self.push, self.runs, self.splits) = (operation, push, runs, splits)
  }

  private static func powerOfTwo(atLeast count: Int) -> Int {
    var power = 1
    while power < count { power *= 2 }
    return power
  }

  /// What the time depends on.
  var key: String { "\(operation.name) \(push.inputs)x\(push.columns) rows \(push.rows) runs \(runs) splits \(splits)" }

  var resultFloats: Int {
    switch operation {
    case .forward: runs * Int(push.output_stride)
    case .backwardInput: runs * Int(push.input_stride)
    case .backwardWeights: runs * Int(push.gradient_stride)
    }
  }

  /// Of all buffers.
  var floats: Int {
    runs * (Int(push.input_stride) + Int(push.output_stride)) + Int(push.parameter_stride) + resultFloats
  }
}

/// Made-up operands of a product, and its result.
struct TrialBuffers {
  let inputs, outputGradients, parameters, result: Buffer<Float>
  let rowCounts, policyIndices: Buffer<UInt32>

  init(_ product: TrialProduct, on device: Device) throws {
    func numbers(_ name: String, _ count: Int) throws -> Buffer<Float> {
      let buffer = try device.buffer("trial \(name)", of: Float.self, count: count)
      // Numbers of all signs and sizes in -1 ..< 1, since devices may save power on zeros.
      try buffer.write((0..<count).map { Float(Int32(truncatingIfNeeded: ($0 &+ 1) &* 0x9E37_79B1)) * 0x1p-31 })
      return buffer
    }
    inputs = try numbers("inputs", product.runs * Int(product.push.input_stride))
    outputGradients = try numbers("output gradients", product.runs * Int(product.push.output_stride))
    parameters = try numbers("parameters", Int(product.push.parameter_stride))
    result = try device.buffer("trial result", of: Float.self, count: product.resultFloats)
    rowCounts = try device.buffer("trial row counts", of: UInt32.self, count: product.runs)
    try rowCounts.write(Array(repeating: product.push.rows, count: product.runs))
    policyIndices = try device.buffer("trial policies", of: UInt32.self, count: product.runs)
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
