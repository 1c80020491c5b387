/// Doubles at a fixed address, zero at first.
final class DoubleBuffer {
  let pointer: UnsafeMutablePointer<Double>
  let count: Int

  init(_ count: Int) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { pointer.deallocate() }

  var values: [Double] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  func set(_ values: [Double]) {
    precondition(values.count == count)
    values.withUnsafeBufferPointer { if let base = $0.baseAddress { pointer.update(from: base, count: count) } }
  }
}
