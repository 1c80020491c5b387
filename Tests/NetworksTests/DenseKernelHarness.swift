import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

/// One layer of several runs on the device, between guard words.
///
/// Every buffer has one more run before and after the window that is bound, and everything that no kernel may read or
/// write (guard runs, the gap after a run, rows at and beyond the count) holds a not-a-number pattern.
struct DenseKernelHarness {
  static let guardWord: UInt32 = 0x7FC0_DEAD
  static let guardHalf: UInt16 = 0x7EAD

  /// Rows of numbers of either size, and how gradients among them are scaled.
  struct RowNumbers {
    let buffer: AnyBuffer
    let scale: Float
    /// Numbers from one run to the next.
    var runStride: Int { buffer.runStrideBytes / buffer.elementSize }

    /// Every number with whether it is still what guards hold.
    func read() throws -> [(value: Float, isGuard: Bool)] {
      switch buffer {
      case let floats as Buffer<Float>: try floats.read().map { ($0, $0.bitPattern == guardWord) }
      case let halves as Buffer<UInt16>:
        try halves.read().map { (Float(Float16(bitPattern: $0)) / scale, $0 == guardHalf) }
      default: preconditionFailure("rows have numbers of 32 or 16 bits")
      }
    }
  }

  let device: Device
  let precision: Precision
  /// What matrix units find in memory.
  let storage: ProductStorage
  let kernels: DenseKernels
  let inputs, outputs: Int
  /// Rows in use, per run.
  let counts: [Int]
  /// The parameter set of each run.
  let policyIndices: [Int]
  let splits: Int

  var runs: Int { counts.count }
  var paddedInputs: Int { ParameterLayout.padded(inputs) }
  var paddedOutputs: Int { ParameterLayout.padded(outputs) }
  /// A parameter set: 64 floats of something else, the weights, the bias, and padding.
  var weightOffset: Int { 64 }
  var biasOffset: Int { weightOffset + paddedInputs * paddedOutputs }
  var parameterCount: Int { (biasOffset + paddedOutputs + 63) / 64 * 64 }
  /// Halves of a parameter set, padded as runs are.
  private var weightStride: Int { (parameterCount + 127) / 128 * 128 }
  var dispatchRows: Int { max(counts.max() ?? 1, 1) }
  private var rowCapacity: Int { (dispatchRows + 63) / 64 * 64 }

  init(
    device: Device, precision: Precision = .float32, storage: ProductStorage = ProductStorage(),
    emulated: MatrixUnits = .emulated, inputs: Int, outputs: Int, counts: [Int], policyIndices: [Int]? = nil,
    splits: Int = 1
  ) throws {
    self.device = device
    self.precision = precision
    self.storage = storage
    kernels = try DenseKernels(device: device, precision: precision, emulated: emulated)
    self.inputs = inputs
    self.outputs = outputs
    self.counts = counts
    self.policyIndices = policyIndices ?? counts.indices.map { ($0 * 2 + 1) % 3 }
    self.splits = splits
  }

  // Values of the tensors at dense positions; padding is 0.
  func x(_ run: Int, _ row: Int, _ column: Int) -> Float {
    let x = column < inputs ? TestNumbers.uniform(1, (run * 4096 + row) * 1024 + column) : 0
    return storage.inputs == .float16 ? Float(Float16(x)) : x
  }
  func dy(_ run: Int, _ row: Int, _ column: Int) -> Float {
    column < outputs ? TestNumbers.uniform(2, (run * 4096 + row) * 1024 + column, scale: gradientSize) : 0
  }
  func weight(_ policy: Int, _ row: Int, _ column: Int) -> Float {
    row < inputs && column < outputs
      ? TestNumbers.uniform(3, (policy * 1024 + row) * 1024 + column, scale: 1 / Float(inputs).squareRoot()) : 0
  }
  func bias(_ policy: Int, _ column: Int) -> Float {
    column < outputs ? TestNumbers.uniform(4, policy * 1024 + column) : 0
  }

  /// As for the loss of a large minibatch: gradients below float16's normal range.
  static let gradientScale: Float = 4096

  /// How large gradients by outputs are.
  var gradientSize: Float { precision == .mixed ? 1 / Self.gradientScale : 1 }

  /// A number as it enters a product.
  private func operand(_ number: Float, scale: Float = 1) -> Double {
    precision == .float32 ? Double(number) : Double(Float(Float16(number * scale)) / scale)
  }

  /// Inputs of a product.
  func operands(x run: Int) -> [[Double]] {
    (0..<counts[run]).map { row in (0..<inputs).map { operand(x(run, row, $0)) } }
  }
  /// Gradients by outputs as they enter a product.
  func operands(dy run: Int) -> [[Double]] {
    (0..<counts[run]).map { row in (0..<outputs).map { operand(dy(run, row, $0), scale: Self.gradientScale) } }
  }

  /// The layer of a run as its float64 twin.
  func twin(_ run: Int, activation: NetworkArchitecture.Activation?) -> DenseLayer {
    let policy = policyIndices[run]
    return DenseLayer(
      weights: (0..<inputs).map { row in (0..<outputs).map { operand(weight(policy, row, $0)) } },
      bias: (0..<outputs).map { Double(bias(policy, $0)) }, activation: activation)
  }

  func rows(_ run: Int, _ width: Int, _ value: (Int, Int, Int) -> Float) -> [[Double]] {
    (0..<counts[run]).map { row in (0..<width).map { Double(value(run, row, $0)) } }
  }

  /// A buffer of (runs, rows, width) between guards, rows beyond the count included.
  ///
  /// - Parameter scale: Of gradients in float16.
  func rowBuffer(
    _ name: String, width: Int, _ format: NumberFormat, scale: Float = 1, _ value: ((Int, Int, Int) -> Float)? = nil
  ) throws -> RowNumbers {
    func number(_ run: Int, _ position: Int) -> Float? {
      let (row, column) = position.quotientAndRemainder(dividingBy: width)
      return row < counts[run] ? value?(run, row, column) : nil
    }
    let count = rowCapacity * width
    if format == .float32 { return RowNumbers(buffer: try guarded(name, count: count, number), scale: 1) }
    return RowNumbers(
      buffer: try guardedHalves(name, runs: runs, count: count) { number($0, $1).map { $0 * scale } }, scale: scale)
  }

  /// X, its gradient, Y or its gradient, as the kernels find them.
  func inputBuffer(_ value: @escaping (Int, Int, Int) -> Float) throws -> RowNumbers {
    try rowBuffer("x", width: paddedInputs, storage.inputs, value)
  }
  func inputGradientBuffer(_ value: ((Int, Int, Int) -> Float)?) throws -> RowNumbers {
    try rowBuffer("dx", width: paddedInputs, storage.inputs, scale: Self.gradientScale, value)
  }
  func outputBuffer() throws -> RowNumbers { try rowBuffer("y", width: paddedOutputs, storage.outputs) }
  func outputGradientBuffer() throws -> RowNumbers {
    try rowBuffer("dy", width: paddedOutputs, storage.outputs, scale: Self.gradientScale, dy)
  }

  /// Weights as float16 in the place of parameters, for matrix units; nil for other kernels.
  func weightBuffer() throws -> Buffer<UInt16>? {
    guard kernels.family == .cooperative else { return nil }
    return try guardedHalves("weights", runs: 3, count: parameterCount) { policy, position in
      guard (weightOffset..<biasOffset).contains(position) else { return nil }
      let (row, column) = (position - weightOffset).quotientAndRemainder(dividingBy: paddedOutputs)
      return weight(policy, row, column)
    }
  }

  /// Parameter sets 0 ..< 3 between guards.
  func parameterBuffer() throws -> Buffer<Float> {
    try guarded("parameters", runs: 3, count: parameterCount) { policy, position in
      if position >= weightOffset && position < biasOffset {
        let (row, column) = (position - weightOffset).quotientAndRemainder(dividingBy: paddedOutputs)
        return weight(policy, row, column)
      }
      if position >= biasOffset && position < biasOffset + paddedOutputs { return bias(policy, position - biasOffset) }
      return nil
    }
  }

  /// (runs, splits, P) between guards; the layer's own floats start at `initial`.
  func gradientBuffer(initial: (Int) -> Float) throws -> Buffer<Float> {
    try guarded("gradients", count: splits * parameterCount) { _, position in
      let inside = position % parameterCount
      return inside >= weightOffset && inside < biasOffset + paddedOutputs ? initial(inside) : nil
    }
  }

  /// (counts of all rows, counts of acting rows): the tests dispatch on the acting ones.
  func countBuffer() throws -> RunWindow {
    let buffer = try device.buffer("row_counts", of: UInt32.self, count: 2 * runs)
    try buffer.write(counts.flatMap { [UInt32(rowCapacity), UInt32($0)] })
    return RunWindow(buffer.whole, stride: 2)
  }

  func policyBuffer() throws -> RunWindow {
    let buffer = try device.buffer("policy_indices", of: UInt32.self, count: runs)
    try buffer.write(policyIndices.map { UInt32($0) })
    return RunWindow(buffer.whole, stride: 1)
  }

  func bound(_ buffer: AnyBuffer) -> BufferWindow { buffer.window(runs: 1..<buffer.runCount - 1) }

  func push(x: RowNumbers, y: RowNumbers, gradients: Buffer<Float>? = nil) -> DenseDispatch {
    DenseDispatch(
      rows: UInt32(dispatchRows), row_count_index: ROW_COUNT_ACTING, row_count_stride: 2, policy_index_stride: 1,
      inputs: UInt32(paddedInputs), outputs: UInt32(paddedOutputs), column_begin: 0,
      columns: UInt32(paddedOutputs), weight_offset: UInt32(weightOffset), bias_offset: UInt32(biasOffset),
      parameter_stride: UInt32(parameterCount), weight_stride: UInt32(weightStride), input_stride: UInt32(x.runStride),
      output_stride: UInt32(y.runStride), gradient_stride: UInt32(gradients?.runStride ?? 0), first_row: 0,
      row_begin: 0, bias_begin: 0, gradient_scale: Self.gradientScale)
  }

  /// Compares the rows in use with the twin's, which are about as large as `size`, padding with 0, and everything else
  /// with the guard word.
  func expectRows(
    _ numbers: RowNumbers, width: Int, paddedWidth: Int, size: Float = 1, _ expected: [[[Double]]],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let isRounded = numbers.buffer.elementSize == 2
    var worst = 0.0
    var broken = 0
    for (position, (value, isGuard)) in try numbers.read().enumerated() {
      let run = position / numbers.runStride - 1
      let (row, column) = (position % numbers.runStride).quotientAndRemainder(dividingBy: paddedWidth)
      if (0..<runs).contains(run), row < counts[run] {
        let wanted = column < width ? expected[run][row][column] : 0
        // Half a unit of the last place of float16.
        let error = abs(Double(value) - wanted) - (isRounded ? 0x1p-11 * abs(wanted) : 0)
        worst = max(worst, value.isNaN ? .infinity : error / (Double(size) + abs(wanted)))
      } else if !isGuard {
        broken += 1
      }
    }
    #expect(worst < 1e-5, "\(description)", sourceLocation: sourceLocation)
    #expect(broken == 0, "guard words were written: \(description)", sourceLocation: sourceLocation)
  }

  var description: String {
    "\(inputs) x \(outputs), rows \(counts), splits \(splits), \(device.profile), \(precision), \(storage)"
  }

  private func guarded(
    _ name: String, runs: Int? = nil, count: Int, _ value: (Int, Int) -> Float?
  ) throws -> Buffer<Float> {
    let table = BufferTable(device: device)
    let runs = runs ?? self.runs
    let buffer = table.register(
      name, of: Float.self, runs: runs + 2, perRun: [("count", count)], persistence: .scratch)
    try table.allocate()
    let word = Float(bitPattern: Self.guardWord)
    try buffer.write(
      (0..<buffer.count).map { position in
        let (run, inside) = position.quotientAndRemainder(dividingBy: buffer.runStride)
        guard (1...runs).contains(run), inside < count else { return word }
        return value(run - 1, inside) ?? word
      })
    return buffer
  }

  private func guardedHalves(
    _ name: String, runs: Int, count: Int, _ value: (Int, Int) -> Float?
  ) throws -> Buffer<UInt16> {
    let table = BufferTable(device: device)
    let buffer = table.register(
      name, of: UInt16.self, runs: runs + 2, perRun: [("count", count)], persistence: .scratch)
    try table.allocate()
    try buffer.write(
      (0..<buffer.count).map { position in
        let (run, inside) = position.quotientAndRemainder(dividingBy: buffer.runStride)
        guard (1...runs).contains(run), inside < count else { return Self.guardHalf }
        return value(run - 1, inside).map { Float16($0).bitPattern } ?? Self.guardHalf
      })
    return buffer
  }
}
