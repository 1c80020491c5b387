import Testing

@testable import Networks

@Suite struct OrthogonalInitializerTests {
  /// The inner products of the columns (tall matrices) or rows (wide ones).
  private static func gram(_ matrix: [Double], rows: Int, columns: Int) -> [[Double]] {
    let tall = rows >= columns
    func element(_ vector: Int, _ component: Int) -> Double {
      tall ? matrix[component * columns + vector] : matrix[vector * columns + component]
    }
    let (count, length) = (min(rows, columns), max(rows, columns))
    return (0..<count).map { a in
      (0..<count).map { b in (0..<length).reduce(0) { $0 + element(a, $1) * element(b, $1) } }
    }
  }

  @Test(arguments: [(1, 1), (1, 9), (9, 1), (12, 12), (40, 17), (17, 40), (81, 64)])
  func matricesAreOrthogonalTimesTheirGain(rows: Int, columns: Int) {
    let gain = 1.7
    let matrix = OrthogonalInitializer.matrix(rows: rows, columns: columns, gain: gain, seed: 11, index: 2)
    for (a, row) in Self.gram(matrix, rows: rows, columns: columns).enumerated() {
      for (b, product) in row.enumerated() {
        #expect(abs(product - (a == b ? gain * gain : 0)) < 1e-13 * Double(max(rows, columns)))
      }
    }
  }

  /// The first entry of a uniformly distributed unit vector of length n has mean 0 and variance 1/n.
  @Test func directionsAreUniform() {
    let length = 5
    let entries = (0..<2000).map {
      OrthogonalInitializer.matrix(rows: length, columns: 3, gain: 1, seed: UInt64($0), index: 0)
    }
    for position in 0..<length * 3 {
      let mean = entries.reduce(0) { $0 + $1[position] } / 2000
      let variance = entries.reduce(0) { $0 + $1[position] * $1[position] } / 2000
      #expect(abs(mean) < 0.05)
      #expect(abs(variance - 1 / Double(length)) < 0.03)
    }
  }

  @Test func aRunDoesNotDependOnOtherRuns() throws {
    let layout = ParameterLayout(try PolicyNetworkTests.shared())
    let together = OrthogonalInitializer.parameters(layout, seeds: [5, 6, 7])
    for (run, seed) in [5, 6, 7].enumerated() {
      let alone = OrthogonalInitializer.parameters(layout, seeds: [UInt64(seed)])
      #expect(Array(together[run * layout.count..<(run + 1) * layout.count]) == alone)
    }
    #expect(together[0..<layout.count] != together[layout.count..<2 * layout.count])
  }

  @Test func layersHaveTheirGainsAndZeroBiasesAndPadding() throws {
    let architecture = try PolicyNetworkTests.shared()
    let layout = ParameterLayout(architecture)
    let parameters = OrthogonalInitializer.parameters(layout, seeds: [1])
    var nonzero = 0
    for (layer, tensors) in zip(layout.layers, stride(from: 0, to: layout.layers.count * 2, by: 2)) {
      let unpacked = layout.unpack(parameters)
      let weights = unpacked[tensors].values.map(Double.init)
      let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let expected = layer.gain * Double(min(layer.inputs, layer.outputs)).squareRoot()
      #expect(abs(norm - expected) < 1e-5 * (1 + expected))
      #expect(unpacked[tensors + 1].values.allSatisfy { $0 == 0 })
      nonzero += weights.count { $0 != 0 }
    }
    #expect(parameters.count { $0 != 0 } == nonzero)
    #expect(layout.layers[layout.actorOutput].gain == 0.01)
    #expect(layout.layers[layout.criticOutput].gain == 1)
  }
}
