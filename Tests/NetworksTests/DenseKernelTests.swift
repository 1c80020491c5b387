import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

/// The three kernels against their float64 twin, in all families and with both kinds of loads.
@Suite(.serialized) struct DenseKernelTests {
  /// (inputs, outputs, rows in use per run)
  static let shapes: [(Int, Int, [Int])] = [
    (1, 1, [1]), (7, 9, [31, 0, 3]), (9, 130, [33, 65]), (81, 7, [65, 1, 64, 17]), (130, 81, [131, 97]),
  ]

  /// Wide enough for the largest register tiles.
  static let wideShape = (256, 272, [17])

  static func forEachShape(
    _ profile: DeviceProfile, _ precision: Precision = .float32, storage: ProductStorage = ProductStorage(),
    emulated: MatrixUnits = .emulated, validation: Validation = .synchronization, splits: Int = 1,
    shapes: [(Int, Int, [Int])] = Self.shapes, _ body: (DenseKernelHarness) throws -> Void
  ) throws {
    let device = try TestDevice.make(validation: validation, profile: profile)
    for (inputs, outputs, counts) in shapes {
      try body(
        DenseKernelHarness(
          device: device, precision: precision, storage: storage, emulated: emulated, inputs: inputs,
          outputs: outputs, counts: counts, splits: splits))
    }
    device.requireNoValidationMessages()
  }

  static func expectForward(_ layer: DenseKernelHarness, _ activation: NetworkArchitecture.Activation?) throws {
    let (x, y) = (try layer.inputBuffer(layer.x), try layer.outputBuffer())
    let parameters = try layer.parameterBuffer()
    let (counts, policies) = (try layer.countBuffer(), try layer.policyBuffer())
    var bindings = [
      "inputs": layer.bound(x.buffer), "parameters": layer.bound(parameters), "row_counts": counts.window,
      "policy_indices": policies.window, "outputs": layer.bound(y.buffer),
    ]
    bindings["weights"] = try layer.weightBuffer().map(layer.bound)
    try layer.device.run { recorder in
      try layer.kernels.dispatch(
        .forward(activation), recorder, bindings, push: layer.push(x: x, y: y), storage: layer.storage,
        runs: layer.runs)
    }
    try layer.expectRows(
      y, width: layer.outputs, paddedWidth: layer.paddedOutputs,
      (0..<layer.runs).map {
        layer.twin($0, activation: activation).forward(layer.operands(x: $0))
      })
  }

  static func expectBackwardInput(
    _ layer: DenseKernelHarness, _ activation: NetworkArchitecture.Activation?, accumulating: Bool
  ) throws {
    let (x, dy) = (try layer.inputBuffer(layer.x), try layer.outputGradientBuffer())
    // Accumulation starts from x itself; otherwise the old values must not matter.
    let dx = try layer.inputGradientBuffer(accumulating ? layer.x : nil)
    let (counts, policies) = (try layer.countBuffer(), try layer.policyBuffer())
    var bindings = [
      "output_gradients": layer.bound(dy.buffer), "inputs": layer.bound(x.buffer), "row_counts": counts.window,
      "policy_indices": policies.window, "input_gradients": layer.bound(dx.buffer),
    ]
    if let weights = try layer.weightBuffer() {
      bindings["weights"] = layer.bound(weights)
    } else {
      bindings["parameters"] = layer.bound(try layer.parameterBuffer())
    }
    try layer.device.run { recorder in
      try layer.kernels.dispatch(
        .backwardInput(activation, accumulating: accumulating), recorder, bindings, push: layer.push(x: x, y: dy),
        storage: layer.storage, runs: layer.runs)
    }
    try layer.expectRows(
      dx, width: layer.inputs, paddedWidth: layer.paddedInputs, size: accumulating ? 1 : layer.gradientSize,
      (0..<layer.runs).map { run in
        let xRows = layer.rows(run, layer.inputs, layer.x)
        let gradient = layer.twin(run, activation: nil).backwardInput(
          layer.operands(dy: run), x: xRows, inputActivation: activation)
        return accumulating ? zip(gradient, xRows).map { zip($0, $1).map { $0 + $1 } } : gradient
      })
  }

  static func expectBackwardWeights(_ layer: DenseKernelHarness) throws {
    func initial(_ position: Int) -> Float { (Float(position % 5) - 2) * layer.gradientSize }
    let (x, dy) = (try layer.inputBuffer(layer.x), try layer.outputGradientBuffer())
    let gradients = try layer.gradientBuffer(initial: initial)
    let counts = try layer.countBuffer()
    try layer.device.run { recorder in
      try layer.kernels.dispatch(
        .backwardWeights, recorder,
        [
          "inputs": layer.bound(x.buffer), "output_gradients": layer.bound(dy.buffer), "row_counts": counts.window,
          "gradients": layer.bound(gradients),
        ],
        push: layer.push(x: x, y: dy, gradients: gradients), storage: layer.storage, runs: layer.runs,
        splits: layer.splits)
    }

    let values = try gradients.read()
    let own = layer.weightOffset..<layer.biasOffset + layer.paddedOutputs
    var worst = 0.0
    var broken = 0
    for run in -1...layer.runs {
      let base = (run + 1) * gradients.runStride
      guard (0..<layer.runs).contains(run) else {
        broken += values[base..<base + gradients.runStride].count { $0.bitPattern != DenseKernelHarness.guardWord }
        continue
      }
      let (x, dy) = (layer.operands(x: run), layer.operands(dy: run))
      for split in 0..<layer.splits {
        let rows = x.indices.filter { $0 / Int(SPLIT_BLOCK_ROWS) % layer.splits == split }
        let wanted = layer.twin(run, activation: nil).backwardWeights(x: rows.map { x[$0] }, dy: rows.map { dy[$0] })
        for position in 0..<layer.parameterCount {
          let value = values[base + split * layer.parameterCount + position]
          guard own.contains(position) else {
            broken += value.bitPattern == DenseKernelHarness.guardWord ? 0 : 1
            continue
          }
          let (row, column) = (position - layer.weightOffset).quotientAndRemainder(dividingBy: layer.paddedOutputs)
          var sum = 0.0
          if column < layer.outputs {
            if position >= layer.biasOffset {
              sum = wanted.bias[column]
            } else if row < layer.inputs {
              sum = wanted.weights[row][column]
            }
          }
          let expected = sum + Double(initial(position))
          worst = max(
            worst,
            value.isNaN ? .infinity : abs(Double(value) - expected) / (Double(layer.gradientSize) + abs(expected)))
        }
      }
    }
    #expect(worst < 3e-5, "\(layer.description)")
    #expect(broken == 0, "guard words were written: \(layer.description)")
  }

  @Test(arguments: TestDevice.kernelProfiles)
  func mixedPrecisionAgreesWithTheTwinOfRoundedOperands(profile: DeviceProfile) throws {
    try Self.expectMixedPrecision(profile)
  }

  /// However X and Y lie in memory.
  @Test(
    arguments: [
      ProductStorage(inputs: .float16, outputs: .float16), ProductStorage(inputs: .float16, outputs: .float32),
      ProductStorage(inputs: .float32, outputs: .float16), ProductStorage(),
    ])
  func matrixUnitsAgreeWithTheTwinOfRoundedOperands(storage: ProductStorage) throws {
    let all = Self.shapes + [(40, 24, [641, 130])]
    try Self.expectMixedPrecision(.matrixUnits, storage, storage.inputs == .float16 ? all : Array(all.suffix(2)))
  }

  private static func expectMixedPrecision(
    _ profile: DeviceProfile, _ storage: ProductStorage = ProductStorage(),
    _ shapes: [(Int, Int, [Int])] = Self.shapes + [(40, 24, [641, 130])]
  ) throws {
    try forEachShape(profile, .mixed, storage: storage, shapes: shapes.filter { $0.2[0] < 641 }) {
      try expectForward($0, .relu)
      try expectBackwardInput($0, .tanh, accumulating: false)
      try expectBackwardInput($0, .relu, accumulating: true)
    }
    try forEachShape(profile, .mixed, storage: storage, splits: 3, shapes: shapes) { try expectBackwardWeights($0) }
  }

  /// Fragments and subgroups as devices of several vendors have them.
  @Test(arguments: [
    MatrixUnits(rows: 16, columns: 8, depth: 16, subgroupSize: 32),
    MatrixUnits(rows: 8, columns: 16, depth: 16, subgroupSize: 16),
    MatrixUnits(rows: 16, columns: 16, depth: 16, subgroupSize: 64),
  ])
  func fragmentsOfEveryShapeAgreeWithTheTwin(units: MatrixUnits) throws {
    let storage = ProductStorage(inputs: .float16, outputs: .float16)
    try Self.forEachShape(
      .matrixUnits, .mixed, storage: storage, emulated: units, splits: 2, shapes: [(130, 81, [131, 97])]
    ) {
      try Self.expectForward($0, .relu)
      try Self.expectBackwardInput($0, .relu, accumulating: true)
      try Self.expectBackwardWeights($0)
    }
  }

  /// That of hidden layers.
  private static func usualStorage(_ precision: Precision) -> ProductStorage {
    precision == .mixed ? ProductStorage(inputs: .float16, outputs: .float16) : ProductStorage()
  }

  /// Every tile of every family, in layers that it divides and in layers that it does not.
  @Test(arguments: [DeviceProfile.software, .graphics, .matrixUnits])
  func everyTileAgreesWithTheTwin(profile: DeviceProfile) throws {
    let precision: Precision = profile.matrixMultiply == .cooperative ? .mixed : .float32
    let family = ProductFamily(profile, precision)
    let tiles = Set(family.tiles(.forward(nil), down: 16, across: 16, loads: .texel).map { [$0.rows, $0.columns] })
    #expect(tiles.count == 4)
    let storage = Self.usualStorage(precision)
    for tile in tiles.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      var profile = profile
      profile.tiles = .shape(rows: tile[0], columns: tile[1])
      // Workgroups without edges, of the largest tile as well.
      let shapes = [(48, 80, [131, 9]), (13, 70, [70])] + (tile == [128, 128] ? [(128, 128, [128])] : [])
      try Self.forEachShape(profile, precision, storage: storage, splits: 2, shapes: shapes) {
        try Self.expectForward($0, .tanh)
        try Self.expectBackwardInput($0, .relu, accumulating: true)
        try Self.expectBackwardWeights($0)
      }
    }
  }

  @Test(arguments: TestDevice.kernelProfiles, [nil, .relu, .tanh] as [NetworkArchitecture.Activation?])
  func forwardAgreesWithItsTwin(profile: DeviceProfile, activation: NetworkArchitecture.Activation?) throws {
    try Self.forEachShape(profile, shapes: Self.shapes + (activation == .relu ? [Self.wideShape] : [])) {
      try Self.expectForward($0, activation)
    }
  }

  @Test(arguments: TestDevice.kernelProfiles, [.relu, .tanh] as [NetworkArchitecture.Activation?])
  func backwardInputAgreesWithItsTwin(profile: DeviceProfile, activation: NetworkArchitecture.Activation?) throws {
    try Self.forEachShape(profile) { try Self.expectBackwardInput($0, activation, accumulating: false) }
  }

  @Test(arguments: TestDevice.kernelProfiles)
  func backwardInputAddsToWhatIsThere(profile: DeviceProfile) throws {
    try Self.forEachShape(profile, shapes: Self.shapes + [(272, 256, [17])]) {
      try Self.expectBackwardInput($0, .relu, accumulating: true)
    }
  }

  @Test(arguments: TestDevice.kernelProfiles, [1, 3])
  func backwardWeightsAgreesWithItsTwin(profile: DeviceProfile, splits: Int) throws {
    try Self.forEachShape(
      profile, splits: splits,
      shapes: Self.shapes + [(16, 24, [641]), (520, 8, [641, 7])] + (splits == 1 ? [Self.wideShape] : [])
    ) {
      try Self.expectBackwardWeights($0)
    }
  }

  /// One small tile only: the instrumented kernels take seconds to compile.
  @Test(arguments: [DeviceProfile.software, .graphics, .matrixUnits])
  func noKernelLeavesItsBuffersUnderGPUAssistedValidation(profile: DeviceProfile) throws {
    let precision: Precision = profile.matrixMultiply == .cooperative ? .mixed : .float32
    try Self.forEachShape(
      profile, precision, storage: Self.usualStorage(precision), validation: .gpuAssisted, shapes: [(5, 7, [33, 5])]
    ) { layer in
      try Self.expectForward(layer, .tanh)
      try Self.expectBackwardInput(layer, .tanh, accumulating: true)
      try Self.expectBackwardWeights(layer)
    }
  }
}
