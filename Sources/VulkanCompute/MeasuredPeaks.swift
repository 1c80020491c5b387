import CShaders

/// What the machine does at best, as a probe measures it: independent multiply-adds in registers and a copy of memory on
/// the device, and, where matrix products run on the host, a large product on all processors.
public struct MeasuredPeaks: Sendable, Encodable {
  public struct Peak: Sendable, Encodable {
    public let flopsPerSecond: Double
    /// Read and written bytes together.
    public let bytesPerSecond: Double
  }

  public let device: Peak
  /// nil where no matrix products run on the host.
  public let host: Peak?
  /// Whether the host's product was one of bfloat16.
  public let hostRounds: Bool

  public init(device: Peak, host: Peak? = nil, hostRounds: Bool = false) {
    self.device = device
    self.host = host
    self.hostRounds = hostRounds
  }

  func peak(onHost: Bool) -> Peak { onHost ? host ?? device : device }

  /// Takes about a second on two cores. The best of several repetitions counts.
  ///
  /// - Parameter mixed: Whether what is to be held against the peaks is in mixed precision.
  /// - Throws: `VulkanError`, also where the device has no timestamps, and where the host has no products of bfloat16.
  public static func measure(on device: Device, mixed: Bool = false) throws -> MeasuredPeaks {
    let arithmetic = try multiplyAdd(on: device)
    let memory = try copy(on: device)
    let own = Peak(flopsPerSecond: arithmetic, bytesPerSecond: memory)
    guard let products = device.products else { return MeasuredPeaks(device: own) }
    let rounded = try mixed ? BFloat16Products(products, emulated: device.profile.emulatesMatrixUnits) : nil
    let flops = rounded.map(product) ?? product(by: products)
    return MeasuredPeaks(
      device: own, host: Peak(flopsPerSecond: flops, bytesPerSecond: memory), hostRounds: rounded != nil)
  }

  private static func multiplyAdd(on device: Device) throws -> Double {
    let kernel = try device.kernel("Probe/multiply_add.comp")
    let software = device.description.kind == .cpu
    let push = ProbeDispatch(count: software ? 1 << 13 : 1 << 18, iterations: software ? 2048 : 4096)
    let values = try device.buffer("probe", of: SIMD4<Float>.self, count: Int(push.count))
    let flops = 2 * 4 * Double(PROBE_SUMS) * Double(push.count) * Double(push.iterations)
    return try best(on: device) { recorder in
      recorder.dispatch(
        kernel, ["values": values.whole], push: push, groups: kernel.groups(for: Int(push.count)),
        work: Work(flops: flops))
    }.map { flops / $0 }.max() ?? 0
  }

  /// The faster of a kernel and the device's own copy.
  private static func copy(on device: Device) throws -> Double {
    let kernel = try device.kernel("Probe/copy_memory.comp")
    let bytes = device.description.kind == .cpu ? 64 << 20 : 127 << 20  // within 65,535 workgroups
    let (source, target) = (
      try device.buffer("probe source", of: SIMD4<Float>.self, count: bytes / 16),
      try device.buffer("probe target", of: SIMD4<Float>.self, count: bytes / 16)
    )
    let push = ProbeDispatch(count: UInt32(bytes / 16), iterations: 0)
    let seconds =
      try best(on: device) { recorder in
        recorder.dispatch(
          kernel, ["source": source.whole, "target": target.whole], push: push,
          groups: kernel.groups(for: bytes / 16 / Int(PROBE_SUMS)))
      } + best(on: device) { $0.copy(from: source.whole, to: target.whole) }
    return seconds.map { 2 * Double(bytes) / $0 }.max() ?? 0
  }

  /// Seconds of every timed command of four submissions after a first one.
  private static func best(on device: Device, _ body: (CommandRecorder) throws -> Void) throws -> [Double] {
    let sequence = try device.recordTimed(body)
    try device.submit(sequence).wait()
    return try (0..<4).flatMap { _ in
      try device.submit(sequence).wait()
      return try sequence.timings().filter { !$0.label.isEmpty }.map(\.seconds)
    }
  }

  private static func product(by products: HostProducts) -> Double {
    product(of: Float.self, 0.5) { a, b, c, rows, size in
      products.multiply(
        .init(a, pitch: size), .init(b, pitch: size), rows: rows, columns: size, depth: size, into: c, pitch: size,
        accumulating: false)
    }
  }

  private static func product(by products: BFloat16Products) -> Double {
    product(of: UInt16.self, 0x3F00) { a, b, c, rows, size in
      products.multiply(
        .init(a, pitch: size), .init(b, pitch: size), rows: rows, columns: size, depth: size,
        into: .sums(c, accumulating: false), pitch: size)
    }
  }

  /// C = A B of 2,048 x 2,048, rows shared out among the processors.
  ///
  /// - Parameters:
  ///   - value: All elements of A and B.
  ///   - multiply: A and C from their first of some rows on, B, these rows, and 2,048.
  private static func product<Number: BitwiseCopyable & Sendable>(
    of type: Number.Type, _ value: Number,
    _ multiply: @Sendable (UnsafePointer<Number>, UnsafePointer<Number>, UnsafeMutablePointer<Float>, Int, Int) -> Void
  ) -> Double {
    let (size, pieces) = (2048, 8)
    let operand = [Number](repeating: value, count: size * size)
    let c = UnsafeMutablePointer<Float>.allocate(capacity: size * size)
    defer { c.deallocate() }
    c.initialize(repeating: 0, count: size * size)
    let seconds = operand.withUnsafeBufferPointer { operand in
      guard let first = operand.baseAddress else { return Double.infinity }
      nonisolated(unsafe) let (operand, c) = (first, c)
      return (0..<4).map { _ in
        let start = ContinuousClock.now
        HostPieces.perform(pieces) { piece in
          let place = piece * size * size / pieces
          multiply(operand + place, operand, c + place, size / pieces, size)
        }
        return (ContinuousClock.now - start).inSeconds
      }.min() ?? .infinity
    }
    return 2 * Double(size) * Double(size) * Double(size) / seconds
  }

  var text: String {
    func line(_ name: String, _ peak: Peak) -> String {
      "\(name) \(Int(peak.flopsPerSecond / 1e9)) GFLOP/s, \(Int(peak.bytesPerSecond / 1e9)) GB/s"
    }
    return "peaks measured: " + line("device", device)
      + (host.map { "; " + line(hostRounds ? "host (bfloat16)" : "host", $0) } ?? "")
  }
}
