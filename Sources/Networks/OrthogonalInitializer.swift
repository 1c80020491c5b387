import CShaders
import Dispatch
import Foundation
import VulkanCompute

/// Orthogonal initial weights (Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in
/// deep linear neural networks", 2014), computed in float64 on the host.
///
/// A matrix is a function of (run seed, index of the layer): other runs do not matter.
public enum OrthogonalInitializer {
  /// Parameter sets of several runs, (R, P); biases and padding are 0. Runs are computed in parallel.
  public static func parameters(_ layout: ParameterLayout, seeds: [UInt64]) -> [Float] {
    let layerCount = layout.layers.count
    return [Float](unsafeUninitializedCapacity: seeds.count * layout.count) { buffer, initializedCount in
      buffer.initialize(repeating: 0)
      initializedCount = buffer.count
      nonisolated(unsafe) let all = buffer
      DispatchQueue.concurrentPerform(iterations: seeds.count * layerCount) { job in
        let (run, index) = job.quotientAndRemainder(dividingBy: layerCount)
        let layer = layout.layers[index]
        let weights = matrix(
          rows: layer.inputs, columns: layer.outputs, gain: layer.gain, seed: seeds[run], index: index)
        let start = run * layout.count + layer.weightOffset
        for row in 0..<layer.inputs {
          for column in 0..<layer.outputs {
            all[start + row * layer.paddedOutputs + column] = Float(weights[row * layer.outputs + column])
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
