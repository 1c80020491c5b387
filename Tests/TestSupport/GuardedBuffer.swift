import Testing
import VulkanCompute

/// A buffer of several runs with a guard run before and after them. Whatever no kernel may read or write (guard runs and
/// the gap behind every run) holds guard words, which are not numbers when read as floats.
public struct GuardedBuffer<Element: BitwiseCopyable> {
  public static var guardWord: UInt32 { 0x7FC0_DEAD }

  public let buffer: Buffer<Element>
  /// Elements that belong to a run.
  public let count: Int

  /// - Parameter values: The elements of every run; those that are missing at a run's end hold guard words.
  public init(_ name: String, on device: Device, count: Int, values: [[Element]]) throws {
    let table = BufferTable(device: device)
    buffer = table.register(
      name, of: Element.self, runs: values.count + 2, perRun: [("count", count)], persistence: .scratch)
    self.count = count
    try table.allocate()
    let words = [UInt32](repeating: Self.guardWord, count: buffer.byteCount / 4)
    try words.withUnsafeBytes { try buffer.writeBytes($0) }
    for (run, values) in values.enumerated() { try buffer.write(values, run: run + 1) }
  }

  /// A buffer that the kernel is to fill.
  public init(_ name: String, on device: Device, runs: Int, count: Int) throws {
    try self.init(name, on: device, count: count, values: Array(repeating: [], count: runs))
  }

  /// The runs between the guards.
  public var window: BufferWindow { buffer.window(runs: 1..<buffer.runCount - 1) }
  public var stride: UInt32 { UInt32(buffer.runStride) }

  /// The elements of every run, after a check that all guard words are still there.
  public func read(sourceLocation: SourceLocation = #_sourceLocation) throws -> [[Element]] {
    var words = [UInt32](repeating: 0, count: buffer.byteCount / 4)
    try words.withUnsafeMutableBytes { try buffer.readBytes(0..<buffer.byteCount, into: $0) }
    let runWords = buffer.runStrideBytes / 4
    let usedWords = buffer.bytesPerRun / 4
    let broken = words.enumerated().filter { position, word in
      let (run, inside) = position.quotientAndRemainder(dividingBy: runWords)
      let isGuard = run == 0 || run == buffer.runCount - 1 || inside >= usedWords
      return isGuard && word != Self.guardWord
    }
    #expect(broken.isEmpty, "\(buffer.name): \(broken.count) guard words were written", sourceLocation: sourceLocation)
    return try (1..<buffer.runCount - 1).map { try buffer.read(run: $0) }
  }
}
