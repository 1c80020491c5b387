/// Every buffer of a job, registered with its shape, planned before anything is allocated, and allocated at once.
public final class BufferTable {
  /// Runs start at multiples of this, so that any window of runs is a valid binding on any device.
  public static let runAlignmentBytes = 256

  /// Persistent buffers are what a checkpoint holds; scratch is recomputed by every update.
  public enum Persistence: String, Sendable { case persistent, scratch }

  private struct Entry {
    let buffer: AnyBuffer
    let persistence: Persistence
    let isHostVisible: Bool
    /// Fills the buffer once it has memory; nil for zeros.
    var fill: (() throws -> Void)?
  }

  private let device: Device?
  private let plansOnly: Bool
  private var entries: [Entry] = []

  /// - Parameters:
  ///   - device: Where `allocate()` takes the memory; nil for a table that only plans.
  ///   - plansOnly: The buffers never get memory; `Device.count(_:)` can use them, `Device.record(_:)` cannot.
  public init(device: Device?, plansOnly: Bool = false) {
    self.device = device
    self.plansOnly = plansOnly || device == nil
  }

  /// Registers a buffer of shape (runs, shape…). Names are unique.
  ///
  /// - Parameter isHostVisible: Whether steps of the host must reach it on every device.
  public func register<Element: BitwiseCopyable>(
    _ name: String, of type: Element.Type, runs: Int, perRun shape: [(String, Int)], persistence: Persistence,
    isHostVisible: Bool = false
  ) -> Buffer<Element> {
    precondition(!entries.contains { $0.buffer.name == name }, "two buffers are called \(name)")
    let buffer = Buffer<Element>(
      name: name, runs: runs, shape: shape.map { (axis: $0.0, count: $0.1) }, padded: true, isPlanned: plansOnly)
    entries.append(Entry(buffer: buffer, persistence: persistence, isHostVisible: isHostVisible))
    return buffer
  }

  /// Registers a buffer, not per run, that always holds `values`.
  public func register<Element: BitwiseCopyable>(_ name: String, constants values: [Element]) -> Buffer<Element> {
    let buffer = register(name, of: Element.self, runs: 1, perRun: [("count", values.count)], persistence: .scratch)
    entries[entries.count - 1].fill = { try buffer.write(values) }
    return buffer
  }

  /// Takes the memory of all registered buffers that have none yet, filled with zeros or their constants.
  public func allocate() throws {
    guard let device, !plansOnly else { preconditionFailure("this table only plans") }
    let available = device.description.availableBytes
    guard totalBytes <= available else {
      throw VulkanError(
        .outOfMemory,
        "this needs \(formatBytes(totalBytes)) and \(device.description.name) has \(formatBytes(available)); "
          + "use fewer environments or runs, or train the runs in shards")
    }
    for entry in entries where entry.buffer.storage == nil {
      try entry.buffer.allocate(on: device, hostVisible: entry.isHostVisible)
      try entry.fill?()
    }
  }

  /// Bytes per run of the largest buffer registered so far: it bounds how many runs one binding can hold.
  public var largestRunStride: Int { entries.map(\.buffer.runStrideBytes).max() ?? 0 }

  /// Bytes of the largest buffer registered so far.
  public var largestBytes: Int { entries.map(\.buffer.byteCount).max() ?? 0 }

  /// Bytes of all buffers whose names begin so.
  public func bytes(ofNamesBeginning prefix: String) -> Int {
    entries.filter { $0.buffer.name.hasPrefix(prefix) }.reduce(0) { $0 + $1.buffer.byteCount }
  }

  /// Bytes by which the buffers of a larger plan exceed those of the same names here: all together, and the one that grows
  /// most.
  public func growth(to larger: BufferTable) -> (all: Int, largest: Int) {
    let bytes = Dictionary(uniqueKeysWithValues: entries.map { ($0.buffer.name, $0.buffer.byteCount) })
    let growths = larger.entries.map { $0.buffer.byteCount - bytes[$0.buffer.name, default: 0] }
    return (growths.reduce(0, +), growths.max() ?? 0)
  }

  public var totalBytes: Int { entries.reduce(0) { $0 + $1.buffer.byteCount } }

  /// What a checkpoint has to hold, in order of registration.
  public var persistentBuffers: [AnyBuffer] { entries.filter { $0.persistence == .persistent }.map(\.buffer) }

  /// A registered buffer, as a plan shows it.
  public struct PlannedBuffer: Sendable, Hashable, Encodable {
    public let name: String
    /// Runs first.
    public let shape: [Int]
    public let element: String
    public let bytes: Int
    public let isPersistent: Bool
  }

  public var plannedBuffers: [PlannedBuffer] {
    entries.map { entry in
      PlannedBuffer(
        name: entry.buffer.name, shape: [entry.buffer.runCount] + entry.buffer.shape.map(\.count),
        element: entry.buffer.elementName, bytes: entry.buffer.byteCount,
        isPersistent: entry.persistence == .persistent)
    }
  }

  /// One line per buffer: name, shape, element, bytes, persistence; then the sum.
  public func planText() -> String {
    var table = TextTable([.left])
    for entry in entries {
      let buffer = entry.buffer
      let axes = buffer.shape.map { "\($0.axis) \($0.count)" }
      table.append([
        buffer.name, "(" + (["R \(buffer.runCount)"] + axes).joined(separator: ", ") + ")", buffer.elementName,
        formatBytes(buffer.byteCount), entry.persistence.rawValue,
      ])
    }
    let available = device.map { " of \(formatBytes($0.description.availableBytes))" } ?? ""
    return (table.lines + ["total \(formatBytes(totalBytes))\(available)"]).joined(separator: "\n")
  }
}
