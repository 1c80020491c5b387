// The two ways to contract one axis of a tensor with a vector. Plain loops over pointers: this is where the time goes,
// and debug builds run them too.

/// y[r] = sum_k matrix[r, k] v[k]     matrix (R, K), v (K), y (R): the last axis.
func contractLast(
  _ matrix: UnsafePointer<Double>, _ vector: UnsafePointer<Double>, rows: Int, columns: Int,
  into result: UnsafeMutablePointer<Double>
) {
  var row = 0
  while row < rows {
    let entries = matrix + row &* columns
    var (sum0, sum1, sum2, sum3) = (0.0, 0.0, 0.0, 0.0)
    var k = 0
    while k &+ 4 <= columns {
      sum0 += entries[k] * vector[k]
      sum1 += entries[k &+ 1] * vector[k &+ 1]
      sum2 += entries[k &+ 2] * vector[k &+ 2]
      sum3 += entries[k &+ 3] * vector[k &+ 3]
      k &+= 4
    }
    while k < columns {
      sum0 += entries[k] * vector[k]
      k &+= 1
    }
    result[row] = (sum0 + sum1) + (sum2 + sum3)
    row &+= 1
  }
}

/// y[r] = sum_k v[k] matrix[k, r]     matrix (K, R), v (K), y (R): the first axis.
func contractFirst(
  _ matrix: UnsafePointer<Double>, _ vector: UnsafePointer<Double>, rows: Int, columns: Int,
  into result: UnsafeMutablePointer<Double>
) {
  result.update(repeating: 0, count: columns)
  var row = 0
  while row < rows {
    let entries = matrix + row &* columns
    let factor = vector[row]
    var k = 0
    while k < columns {
      result[k] += factor * entries[k]
      k &+= 1
    }
    row &+= 1
  }
}

/// Contracts all axes but one with their vectors.
///
/// - Parameters:
///   - sizes: Length of each axis, first axis slowest.
///   - vectors: One per axis; that of `axis` is not read.
///   - result: (sizes[axis])
///   - scratch: Two areas, each as large as the tensor divided by its smallest contracted axis; not used for two axes.
func contractAll(
  _ tensor: UnsafePointer<Double>, sizes: [Int], vectors: [UnsafePointer<Double>], except axis: Int,
  into result: UnsafeMutablePointer<Double>, scratch: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>)
) {
  var current = tensor
  var rest = sizes.reduce(1, *)
  var steps = sizes.count - 1
  var areas = scratch
  guard steps > 0 else {
    result.update(from: tensor, count: rest)
    return
  }
  func target() -> UnsafeMutablePointer<Double> {
    steps -= 1
    areas = (areas.1, areas.0)
    return steps == 0 ? result : areas.0
  }
  var last = sizes.count - 1
  while last > axis {
    rest /= sizes[last]
    let area = target()
    contractLast(current, vectors[last], rows: rest, columns: sizes[last], into: area)
    current = UnsafePointer(area)
    last -= 1
  }
  var first = 0
  while first < axis {
    rest /= sizes[first]
    let area = target()
    contractFirst(current, vectors[first], rows: sizes[first], columns: rest, into: area)
    current = UnsafePointer(area)
    first += 1
  }
}
