// Products of bfloat16 by oneDNN, and the loops that stand in for them.
import COneDNN
import Foundation
import TestSupport
import Testing

@Suite struct BFloat16ProductTests {
  /// What multiplies.
  enum Multiplier: CaseIterable {
    case library, loops

    func callAsFunction(
      _ product: OneDNNBFloat16Product, _ a: [UInt16], _ b: [UInt16], _ bias: [Float]?, _ c: UnsafeMutableRawPointer
    ) {
      var product = product
      switch self {
      case .library: one_dnn_multiply_bfloat16(&product, a, b, bias, c)
      case .loops: emulated_multiply_bfloat16(&product, a, b, bias, c)
      }
    }

    static var usable: [Multiplier] { allCases.filter { $0 == .loops || one_dnn_has_bfloat16() } }
  }

  static func widened(_ number: UInt16) -> Float { Float(bitPattern: UInt32(number) << 16) }

  /// To the nearest, ties to even.
  static func rounded(_ number: Float) -> UInt16 {
    let bits = number.bitPattern
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }

  static let activations = [OneDNNActivationNone, OneDNNActivationReLU, OneDNNActivationTanh]

  /// All combinations of transposition and of what is done to the sums, pitches wider than the rows.
  @Test(arguments: Multiplier.usable, [(8, 8, 1), (16, 24, 33), (64, 64, 64), (48, 8, 300)])
  func aProductIsThatOfTheFormula(multiply: Multiplier, shape: (rows: Int, columns: Int, depth: Int)) {
    let (m, n, k) = shape
    for variant in 0..<8 {
      let (aTransposed, bTransposed, rounds) = (variant & 1 != 0, variant & 2 != 0, variant & 4 != 0)
      for treatment in 0..<5 {
        let accumulates = treatment == 4
        let activation = treatment < 3 ? Self.activations[treatment] : OneDNNActivationNone
        let (aPitch, bPitch, cPitch) = ((aTransposed ? m : k) + 3, (bTransposed ? k : n) + 5, n + 1)
        let product = OneDNNBFloat16Product(
          shape: OneDNNProduct(
            rows: m, columns: n, depth: k, a_pitch: aPitch, b_pitch: bPitch, c_pitch: cPitch,
            a_transposed: aTransposed, b_transposed: bTransposed, accumulates: accumulates),
          activation: activation, rounds: rounds)
        let a = (0..<(aTransposed ? k : m) * aPitch).map { Self.rounded(TestNumbers.uniform(1, $0)) }
        let b = (0..<(bTransposed ? n : k) * bPitch).map { Self.rounded(TestNumbers.uniform(2, $0)) }
        let bias = treatment < 3 ? (0..<n).map { TestNumbers.uniform(3, $0) } : nil
        let before = (0..<m * cPitch).map { Self.widened(Self.rounded(TestNumbers.uniform(4, $0))) }
        let c: [Float]
        if rounds {
          var narrow = before.map(Self.rounded)
          multiply(product, a, b, bias, &narrow)
          c = narrow.map(Self.widened)
        } else {
          var wide = before
          multiply(product, a, b, bias, &wide)
          c = wide
        }
        for i in 0..<m {
          #expect(c[i * cPitch + n] == before[i * cPitch + n], "nothing beside the product is written")
          for j in 0..<n {
            var sum = Double(bias?[j] ?? 0) + (accumulates ? Double(before[i * cPitch + j]) : 0)
            for l in 0..<k {
              sum +=
                Double(Self.widened(a[aTransposed ? l * aPitch + i : i * aPitch + l]))
                * Double(Self.widened(b[bTransposed ? j * bPitch + l : l * bPitch + j]))
            }
            if activation == OneDNNActivationReLU { sum = max(sum, 0) }
            if activation == OneDNNActivationTanh { sum = Double(tanhf(Float(sum))) }
            let tolerance = 1e-4 + (rounds ? abs(sum) * 0x1p-8 : 0)
            #expect(abs(Double(c[i * cPitch + j]) - sum) < tolerance)
          }
        }
      }
    }
  }

  /// Whoever multiplies first makes what all threads use from then on.
  @Test(.enabled(if: one_dnn_has_bfloat16())) func threadsShareWhatIsPrepared() async {
    let size = 88
    let numbers = (0..<size * size).map { Self.rounded(TestNumbers.uniform(5, $0)) }
    let product: @Sendable () -> [Float] = {
      var c = [Float](repeating: 0, count: size * size)
      let product = OneDNNBFloat16Product(
        shape: OneDNNProduct(
          rows: size, columns: size, depth: size, a_pitch: size, b_pitch: size, c_pitch: size, a_transposed: false,
          b_transposed: true, accumulates: false), activation: OneDNNActivationNone, rounds: false)
      Multiplier.library(product, numbers, numbers, nil, &c)
      return c
    }
    let results = await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<8 { group.addTask { product() } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 8 && results.allSatisfy { $0 == results[0] })
    #expect(results[0].contains { $0 != 0 })
  }
}
