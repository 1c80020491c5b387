import CShaders
import Foundation
import VulkanCompute

/// Measures which tile of a product is the fastest on a device, once per shape, and keeps the answer on disk
/// (`MeasuredChoices`).
///
/// Every candidate computes the same made-up product, at most a few milliseconds of work. One whose result differs from that
/// of the standard tile in a single bit is out, so that bytes never depend on what was measured.
final class TileTuner {
  struct Trial {
    let tile: ProductTile
    let seconds: Double
    let result: ContentHash
  }

  private unowned let kernels: DenseKernels
  private let device: Device
  private let precision: Precision
  private let choices: MeasuredChoices
  /// Shapes that were measured since the start.
  private(set) var measuredShapes = 0

  /// - Parameter name: Of the file with the choices.
  init(_ kernels: DenseKernels, device: Device, precision: Precision, name: String = "tiles") {
    self.kernels = kernels
    self.device = device
    self.precision = precision
    let sources = ShaderCompiler.embeddedFiles.filter { $0.key.hasPrefix("Network/") || $0.key.hasPrefix("Common/") }
    let texts = sources.sorted { $0.key < $1.key }.map(\.value).joined()
    choices = MeasuredChoices(name, on: device.description, version: texts)
  }

  /// The fastest of `tiles`, the first of which is the standard one; that one where there is nothing to measure with.
  func tile(
    _ operation: DenseKernels.Operation, among tiles: [ProductTile], push: DenseDispatch, runs: Int, splits: Int
  ) throws -> ProductTile {
    guard tiles.count > 1, device.description.timestampPeriod > 0, let family = kernels.family else { return tiles[0] }
    let product = TrialProduct(operation, push, runs: runs, splits: splits, on: device.description)
    let key = "\(family.rawValue) \(precision.rawValue) \(device.profile.loads.rawValue) \(product.key)"
    if let known = choices[key].flatMap({ ProductTile($0) }), tiles.contains(known) { return known }
    guard product.floats <= 1 << 26 else { return tiles[0] }
    measuredShapes += 1
    let buffers = try TrialBuffers(product, on: device)
    let choice = Self.fastest(try tiles.map { try measure($0, product, buffers) })
    choices.record(choice.description, for: key)
    return choice
  }

  /// The first trial's tile, unless another with the same result takes less than 97 % of its time.
  static func fastest(_ trials: [Trial]) -> ProductTile {
    let standard = trials[0]
    let best = trials.filter { $0.result == standard.result }.min { $0.seconds < $1.seconds } ?? standard
    return best.seconds < 0.97 * standard.seconds ? best.tile : standard.tile
  }

  private func measure(_ tile: ProductTile, _ product: TrialProduct, _ buffers: TrialBuffers) throws -> Trial {
    let sequence = try device.recordTimed { recorder in
      recorder.fill(buffers.result.whole, with: 0)
      recorder.barrier()
      try kernels.dispatch(
        product.operation, tile, recorder, buffers.bindings(product.operation), push: product.push,
        runs: product.runs, splits: product.splits)
    }
    let seconds = try (0..<4).map { _ in
      try device.submit(sequence).wait()
      return try sequence.timings().filter { $0.label.hasPrefix("Network/") }.reduce(0) { $0 + $1.seconds }
    }
    let rest = seconds.dropFirst()  // the first compiles
    return Trial(tile: tile, seconds: rest.min() ?? 0, result: ContentHash(of: try buffers.result.read()))
  }
}

/// A product like a given one, with as many of its rows and runs as take a few milliseconds at most.
private struct TrialProduct {
  let operation: DenseKernels.Operation
  let push: DenseDispatch
  let runs, splits: Int

  init(
    _ operation: DenseKernels.Operation, _ like: DenseDispatch, runs: Int, splits: Int, on device: DeviceDescription
  ) {
    let (inputs, columns) = (Int(like.inputs), Int(like.columns))
    let mostProducts = device.kind == .cpu ? 1 << 25 : 1 << 31
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

  var floats: Int {
    runs * (Int(push.input_stride) + Int(push.output_stride)) + Int(push.parameter_stride) + resultFloats
  }
}

private struct TrialBuffers {
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
