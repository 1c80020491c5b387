/// Makes `vectors` orthonormal, first to last: Gram-Schmidt, each vector twice against its predecessors ("twice is
/// enough", Giraud, Langou, Rozloznik 2005), which leaves errors of the size of the rounding unit. The sums run in a
/// fixed order.
func orthonormalize(_ vectors: inout [[Double]]) {
  guard let length = vectors.first?.count else { return }
  let blocks = (length + 7) / 8
  var basis = [SIMD8<Double>](repeating: .zero, count: vectors.count * blocks)
  for index in vectors.indices {
    let start = index * blocks
    for (component, value) in vectors[index].enumerated() { basis[start + component / 8][component % 8] = value }
  }

  basis.withUnsafeMutableBufferPointer { basis in
    func dot(_ a: Int, _ b: Int) -> Double {
      var sum = SIMD8<Double>.zero
      for block in 0..<blocks { sum += basis[a + block] * basis[b + block] }
      return sum.sum()
    }
    for index in vectors.indices {
      let vector = index * blocks
      for _ in 0..<2 {
        for other in 0..<index {
          let projection = dot(other * blocks, vector)
          for block in 0..<blocks { basis[vector + block] -= projection * basis[other * blocks + block] }
        }
      }
      let scale = 1 / dot(vector, vector).squareRoot()
      for block in 0..<blocks { basis[vector + block] *= scale }
    }
  }

  for index in vectors.indices {
    for component in 0..<length { vectors[index][component] = basis[index * blocks + component / 8][component % 8] }
  }
}
