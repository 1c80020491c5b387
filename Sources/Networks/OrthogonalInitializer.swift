import CShaders
import Foundation
import VulkanCompute

/// Orthogonal initial weights (Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in
/// deep linear neural networks", 2014), computed in float64 on the host.
///
/// A matrix is a function of (run seed, index of the layer, block of its outputs): other runs do not matter.
///
/// The gates of a GRU are blocks of their own, as in flax: orthogonal for the hidden state, and for the input normal
/// numbers of variance 1 / inputs, cut off at two standard deviations ("LeCun normal").
public enum OrthogonalInitializer {
  /// Parameter sets of several runs, (R, P); biases and padding are 0. Runs are computed in parallel.
  public static func parameters(_ layout: ParameterLayout, seeds: [UInt64]) -> [Float] {
    let layerCount = layout.layers.count
    return [Float](unsafeUninitializedCapacity: seeds.count * layout.count) { buffer, initializedCount in
      buffer.initialize(repeating: 0)
      initializedCount = buffer.count
      nonisolated(unsafe) let all = buffer
      HostPieces.perform(seeds.count * layerCount) { job in
        let (run, index) = job.quotientAndRemainder(dividingBy: layerCount)
        let layer = layout.layers[index]
        let columns = layer.outputs / layer.blocks
        for block in 0..<layer.blocks {
          let number = index | block << blockShift
          let weights =
            layer.kind == .gruInput
            ? lecunNormal(rows: layer.inputs, columns: columns, seed: seeds[run], index: number)
            : matrix(rows: layer.inputs, columns: columns, gain: layer.gain, seed: seeds[run], index: number)
          let start = run * layout.count + layer.weightOffset + layer.column(block * columns)
          for row in 0..<layer.inputs {
            for column in 0..<columns {
              all[start + row * layer.paddedOutputs + column] = Float(weights[row * columns + column])
            }
          }
        }
      }
    }
  }

  /// A row-major matrix (rows, columns): `gain` times orthonormal columns where it is tall, orthonormal rows where it is
  /// wide. It is the Q of the QR factorisation of a matrix of normal numbers whose R has a positive diagonal, so that Q
  /// is uniformly distributed.
  public static func matrix(rows: Int, columns: Int, gain: Double, seed: UInt64, index: Int) -> [Double] {
    let tall = rows >= columns
    let length = max(rows, columns)
    var vectors = (0..<min(rows, columns)).map { vector in
      (0..<length).map { component in
        normal(
          seed: seed, matrix: index, row: tall ? component : vector, column: tall ? vector : component)
      }
    }
    orthonormalize(&vectors)

    var matrix = [Double](repeating: 0, count: rows * columns)
    for (index, vector) in vectors.enumerated() {
      for (component, value) in vector.enumerated() {
        matrix[tall ? component * columns + index : index * columns + component] = gain * value
      }
    }
    return matrix
  }

  /// Bits of a matrix number: layer, block, attempt.
  private static let blockShift = 8
  private static let attemptShift = 16

  /// A row-major matrix (rows, columns) of normal numbers within two standard deviations, of variance 1 / rows.
  public static func lecunNormal(rows: Int, columns: Int, seed: UInt64, index: Int) -> [Double] {
    let deviationOfCutNormal = 0.879_625_661_034_239_78
    let scale = 1 / (Double(rows).squareRoot() * deviationOfCutNormal)
    return (0..<rows * columns).map { place in
      let (row, column) = place.quotientAndRemainder(dividingBy: columns)
      var attempt = 0
      while true {
        let number = normal(seed: seed, matrix: index | attempt << attemptShift, row: row, column: column)
        if abs(number) <= 2 { return scale * number }
        attempt += 1
      }
    }
  }

  /// A standard normal number by the Box-Muller transform, from 53-bit uniforms.
  private static func normal(seed: UInt64, matrix: Int, row: Int, column: Int) -> Double {
    let words = CounterRandom.words(
      seed: seed, purpose: PURPOSE_INITIAL_WEIGHTS, UInt32(matrix), UInt32(row), UInt32(column))
    func uniform(_ high: UInt32, _ low: UInt32) -> Double {
      (Double((UInt64(high) << 32 | UInt64(low)) >> 11) + 0.5) * 0x1p-53
    }
    let radius = (-2 * log(uniform(words.x, words.y))).squareRoot()
    return radius * cos(2 * .pi * uniform(words.z, words.w))
  }
}
