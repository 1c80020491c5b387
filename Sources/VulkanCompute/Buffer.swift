import Foundation

/// A range of a buffer as a kernel sees it.
public struct BufferWindow {
  let buffer: AnyBuffer
  let byteOffset: Int
  public let byteCount: Int
  /// What a command touches of the window, every stripe within the one before; empty for all of it.
  private(set) var stripes: [Stripe] = []

  init(buffer: AnyBuffer, byteOffset: Int, byteCount: Int) {
    (self.buffer, self.byteOffset, self.byteCount) = (buffer, byteOffset, byteCount)
  }

  /// Where the host reads and writes the window; nil where the device's memory is not mapped. For steps of the host.
  public var mapped: UnsafeMutableRawPointer? { buffer.mapping.map { $0 + byteOffset } }

  /// The same where the device is known to work in the host's memory.
  public func address<Element>(of type: Element.Type) -> UnsafeMutablePointer<Element> {
    guard let mapped else { preconditionFailure("the host cannot reach \(buffer.name)") }
    return mapped.assumingMemoryBound(to: type)
  }
}

extension BufferWindow {
  /// Columns of a matrix in a window: of every `pitch` words, from the first of the window or of the stripe before on, those
  /// of `columns`.
  struct Stripe: Hashable {
    let columns: Range<Int>
    let pitch: Int
  }

  /// The same window for a command that touches only some columns of it, and so need not wait for commands that touch others
  /// (`CommandRecorder`). What a kernel sees does not change.
  ///
  /// - Parameters:
  ///   - columns: Four-byte words.
  ///   - pitch: Words from one row to the next; rows begin at the window's first word or, in a stripe, at its first column.
  public func stripe(_ columns: Range<Int>, of pitch: Int) -> BufferWindow {
    precondition(columns.lowerBound >= 0 && columns.upperBound <= pitch, "a stripe lies within its rows")
    var window = self
    window.stripes.append(Stripe(columns: columns, pitch: pitch))
    return window
  }

  /// Whether both may touch the same word.
  func overlaps(_ other: BufferWindow) -> Bool {
    guard buffer === other.buffer, byteOffset < other.byteOffset + other.byteCount,
      other.byteOffset < byteOffset + byteCount
    else { return false }
    guard byteOffset == other.byteOffset else { return true }  // stripes of the two need not begin alike
    for (stripe, another) in zip(stripes, other.stripes) {
      if stripe == another { continue }
      return stripe.pitch != another.pitch || stripe.columns.overlaps(another.columns)
    }
    return true
  }
}

/// Memory of the device without its element type: what tables, recorders and checkpoints handle.
public class AnyBuffer {
  public let name: String
  public let byteCount: Int
  /// Bytes per element.
  public let elementSize: Int
  /// Runs along the first axis; 1 for buffers that are not per run.
  public let runCount: Int
  /// Bytes from one run to the next.
  public let runStrideBytes: Int
  /// The axes after R with their names, for example [("T", 128), ("N", 64), ("A", 2)].
  public let shape: [(axis: String, count: Int)]
  public let elementName: String
  /// Whether the buffer belongs to a table that only plans, and never gets memory.
  let isPlanned: Bool

  private(set) var storage: BufferStorage?

  init(
    name: String, elementSize: Int, elementName: String, runCount: Int, runStrideBytes: Int,
    shape: [(axis: String, count: Int)], isPlanned: Bool
  ) {
    self.name = name
    self.elementSize = elementSize
    self.elementName = elementName
    self.isPlanned = isPlanned
    self.runCount = runCount
    self.runStrideBytes = runStrideBytes
    self.shape = shape
    byteCount = runCount * runStrideBytes
  }

  func allocate(on device: Device, hostVisible: Bool = false) throws {
    storage = try BufferStorage(name: name, byteCount: byteCount, device: device, hostVisible: hostVisible)
  }

  var allocated: BufferStorage {
    guard let storage else { preconditionFailure("\(name) is used before BufferTable.allocate()") }
    return storage
  }

  /// Where the host finds byte 0; nil where the device's memory is not mapped. For a planned buffer it only stands in for
  /// an address: steps of the host that are counted do not run.
  var mapping: UnsafeMutableRawPointer? {
    isPlanned ? UnsafeMutableRawPointer(bitPattern: BufferTable.runAlignmentBytes) : allocated.mapping
  }

  /// The whole buffer.
  public var whole: BufferWindow { BufferWindow(buffer: self, byteOffset: 0, byteCount: byteCount) }

  /// The part that belongs to `runs`; the kernel's run 0 is the first of them.
  public func window(runs: Range<Int>) -> BufferWindow {
    precondition(runs.lowerBound >= 0 && runs.upperBound <= runCount && !runs.isEmpty, "\(name) has no runs \(runs)")
    return BufferWindow(
      buffer: self, byteOffset: runs.lowerBound * runStrideBytes, byteCount: runs.count * runStrideBytes)
  }

  /// Host to device.
  public func writeBytes(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) throws {
    precondition(offset >= 0 && offset + bytes.count <= byteCount, "\(name): write past the end")
    try allocated.write(bytes, at: offset)
  }

  /// Device to host.
  public func readBytes(_ range: Range<Int>, into destination: UnsafeMutableRawBufferPointer) throws {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "\(name): read past the end")
    try allocated.read(range, into: destination)
  }

  /// Bytes of one run without the padding after it.
  public var bytesPerRun: Int { shape.reduce(elementSize) { $0 * $1.count } }
}

/// Memory of the device with elements of one type. Run-major: element (r, i) is at `r * runStride + i`.
public final class Buffer<Element: BitwiseCopyable>: AnyBuffer {
  /// Elements in all, padding included.
  public var count: Int { byteCount / MemoryLayout<Element>.stride }
  /// Elements from one run to the next.
  public var runStride: Int { runStrideBytes / MemoryLayout<Element>.stride }

  init(name: String, runs: Int, shape: [(axis: String, count: Int)], padded: Bool, isPlanned: Bool = false) {
    let stride = MemoryLayout<Element>.stride
    let bytes = shape.reduce(stride) { $0 * $1.count }
    let alignment = padded ? BufferTable.runAlignmentBytes : stride
    super.init(
      name: name, elementSize: stride, elementName: "\(Element.self)", runCount: runs,
      runStrideBytes: max((bytes + alignment - 1) / alignment, 1) * alignment, shape: shape, isPlanned: isPlanned)
  }

  /// Host to device, from element `offset` on.
  public func write(_ values: [Element], at offset: Int = 0) throws {
    try values.withUnsafeBytes { try writeBytes($0, at: offset * MemoryLayout<Element>.stride) }
  }

  /// Device to host: elements of `range`, or all.
  public func read(_ range: Range<Int>? = nil) throws -> [Element] {
    let range = range ?? 0..<count
    let stride = MemoryLayout<Element>.stride
    return try [Element](unsafeUninitializedCapacity: range.count) { values, initialized in
      try readBytes(range.lowerBound * stride..<range.upperBound * stride, into: UnsafeMutableRawBufferPointer(values))
      initialized = range.count
    }
  }

  /// The elements of one run, without padding.
  public func read(run: Int) throws -> [Element] {
    let start = run * runStride
    return try read(start..<start + bytesPerRun / MemoryLayout<Element>.stride)
  }

  public func write(_ values: [Element], run: Int) throws {
    precondition(values.count <= runStride, "\(name): more elements than a run holds")
    try write(values, at: run * runStride)
  }
}

/// Bytes with a binary unit, for people.
public func formatBytes(_ count: Int) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  var value = Double(count)
  var unit = 0
  while value >= 1024 && unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return unit == 0 ? "\(count) B" : String(format: "%.1f %@", value, units[unit])
}
