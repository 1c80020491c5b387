// Steps of the host between the commands of a sequence, and matrix products there.
import CHostSupport
import Foundation
import TestSupport
import Testing

@testable import VulkanCompute

@Suite struct HostStepTests {
  static let double = """
    #version 450
    layout(local_size_x = 64) in;
    layout(push_constant) uniform Push { uint count; };
    layout(std430, binding = 0) buffer Values { uint values[]; };
    void main() { if (gl_GlobalInvocationID.x < count) values[gl_GlobalInvocationID.x] *= 2u; }
    """

  /// values = 2 (2 values + 1), the addition on the host.
  private func sequence(_ device: Device, _ values: Buffer<UInt32>) throws -> CommandSequence {
    let kernel = try device.kernel(name: "double", source: Self.double)
    nonisolated(unsafe) let memory = try #require(values.whole.mapped).assumingMemoryBound(to: UInt32.self)
    let count = values.count
    func double(_ recorder: CommandRecorder) {
      recorder.dispatch(kernel, ["values": values.whole], push: UInt32(count), groups: kernel.groups(for: count))
    }
    return try device.record { recorder in
      double(recorder)
      recorder.host("add one", using: [values.whole]) {
        for i in 0..<count { memory[i] += 1 }
      }
      double(recorder)
    }
  }

  @Test func aStepRunsAfterTheCommandsBeforeItAndBeforeThoseBehindIt() throws {
    let device = try TestDevice.make()
    let values = try device.buffer("values", of: UInt32.self, count: 1000)
    try values.write((0..<1000).map { $0 })
    let sequence = try sequence(device, values)
    #expect(sequence.dispatchCount == 2 && sequence.handOverCount == 1)
    try device.submit(sequence).wait()
    #expect(try values.read() == (0..<1000).map { 4 * $0 + 2 })
    #expect(try sequence.timings().map(\.label) == ["add one"])
    device.requireNoValidationMessages()
  }

  /// Submissions with and without host steps, none waited for but the last.
  @Test func submissionsRunInOrder() throws {
    let device = try TestDevice.make()
    let values = try device.buffer("values", of: UInt32.self, count: 64)
    try values.write(Array(repeating: 1, count: 64))
    let mixed = try sequence(device, values)
    let kernel = try device.kernel(name: "double", source: Self.double)
    let plain = try device.record {
      $0.dispatch(kernel, ["values": values.whole], push: UInt32(64), groups: kernel.groups(for: 64))
    }
    var expected: UInt32 = 1
    var pending: [Submission] = []
    for step in 0..<12 {
      let isMixed = step % 3 != 1
      pending.append(try device.submit(isMixed ? mixed : plain))
      expected = isMixed ? 4 &* expected &+ 2 : 2 &* expected
    }
    try #require(pending.last).wait()
    #expect(try values.read() == Array(repeating: expected, count: 64))
    device.requireNoValidationMessages()
  }

  @Test func stepsMayFollowEachOtherAndEndASequence() throws {
    let device = try TestDevice.make()
    let values = try device.buffer("values", of: UInt32.self, count: 1)
    nonisolated(unsafe) let memory = try #require(values.whole.mapped).assumingMemoryBound(to: UInt32.self)
    let sequence = try device.record { recorder in
      recorder.host("one", using: [values.whole]) { memory[0] += 1 }
      recorder.host("triple", using: [values.whole]) { memory[0] *= 3 }
    }
    try device.submit([sequence, sequence]).wait()
    #expect(try values.read() == [12])
    device.requireNoValidationMessages()
  }

  /// Steps that follow each other are one hand-over; an empty dispatch is none.
  @Test func countsNeedNoMemory() throws {
    let device = try TestDevice.make()
    let table = BufferTable(device: device, plansOnly: true)
    let values = table.register("values", of: UInt32.self, runs: 1, perRun: [("count", 64)], persistence: .scratch)
    let kernel = try device.kernel(name: "double", source: Self.double)
    let counts = try device.count { recorder in
      recorder.fill(values.whole, with: 1)
      recorder.dispatch(kernel, ["values": values.whole], push: UInt32(64), groups: 0)
      for _ in 0..<2 {
        recorder.dispatch(kernel, ["values": values.whole], push: UInt32(64), groups: 1)
        nonisolated(unsafe) let memory = values.whole.address(of: UInt32.self)
        recorder.host("add one", using: [values.whole]) { memory[0] += 1 }
        recorder.host("add one", using: [values.whole]) { memory[0] += 1 }
      }
    }
    #expect(counts.dispatches == 2 && counts.handOvers == 2)
    device.requireNoValidationMessages()
  }

  @Test func countsKnowTheLimitsOfTheDevice() throws {
    let device = try TestDevice.make()
    let table = BufferTable(device: device, plansOnly: true)
    let most = device.description.maxStorageBufferRange
    let values = table.register(
      "values", of: UInt32.self, runs: 2, perRun: [("count", most / 8 + 64)], persistence: .scratch)
    let kernel = try device.kernel(name: "double", source: Self.double)
    func count(_ window: BufferWindow) throws -> Int {
      try device.count { $0.dispatch(kernel, ["values": window], push: UInt32(64), groups: 1) }.dispatches
    }
    #expect(try count(values.window(runs: 0..<1)) == 1)
    let error = #expect(throws: VulkanError.self) { try count(values.whole) }
    #expect(try #require(error).description.contains("double would bind"))
  }

  /// All four combinations of transposition, shapes on both sides of the tiles of a library, pitches wider than the rows.
  @Test(
    .enabled(if: HostProducts.shared != nil), arguments: [(1, 1, 1), (7, 9, 33), (64, 64, 64), (130, 81, 300)],
    [false, true])
  func aProductIsThatOfTheFormula(shape: (rows: Int, columns: Int, depth: Int), accumulating: Bool) throws {
    let products = try #require(HostProducts.shared)
    let (m, n, k) = shape
    for (aTransposed, bTransposed) in [(false, false), (false, true), (true, false), (true, true)] {
      let aPitch = (aTransposed ? m : k) + 3
      let bPitch = (bTransposed ? k : n) + 5
      let a = (0..<(aTransposed ? k : m) * aPitch).map { TestNumbers.uniform(1, $0) }
      let b = (0..<(bTransposed ? n : k) * bPitch).map { TestNumbers.uniform(2, $0) }
      let before = (0..<m * (n + 1)).map { TestNumbers.uniform(3, $0) }
      var c = before
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          products.multiply(
            .init(a, pitch: aPitch, transposed: aTransposed), .init(b, pitch: bPitch, transposed: bTransposed), rows: m,
            columns: n, depth: k, into: &c, pitch: n + 1, accumulating: accumulating)
        }
      }
      for i in 0..<m {
        #expect(c[i * (n + 1) + n] == before[i * (n + 1) + n], "nothing beside the product is written")
        for j in 0..<n {
          var sum = accumulating ? Double(before[i * (n + 1) + j]) : 0
          for l in 0..<k {
            sum +=
              Double(a[aTransposed ? l * aPitch + i : i * aPitch + l])
              * Double(b[bTransposed ? j * bPitch + l : l * bPitch + j])
          }
          #expect(abs(Double(c[i * (n + 1) + j]) - sum) < 1e-4)
        }
      }
    }
  }

  /// OpenMP, which gives oneDNN its threads, is told so on every thread that multiplies; two at once get the bytes of one.
  @Test(.enabled(if: HostProducts.shared != nil && openMPThreads != nil)) func aProductIsOfOneThread() async throws {
    let (products, threads) = (try #require(HostProducts.shared), try #require(Self.openMPThreads))
    let multiply: @Sendable () -> (product: [Float], threads: Int32) = {
      let size = 160
      let values = (0..<size * size).map { TestNumbers.uniform(4, $0) }
      var c = [Float](repeating: 0, count: size * size)
      values.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress else { return }
        products.multiply(
          .init(values, pitch: size), .init(values, pitch: size, transposed: true), rows: size, columns: size,
          depth: size, into: &c, pitch: size, accumulating: false)
      }
      return (c, threads())
    }
    @Sendable func onANewThread() async -> (product: [Float], threads: Int32) {
      await withCheckedContinuation { continuation in Thread { continuation.resume(returning: multiply()) }.start() }
    }
    let alone = await onANewThread()
    async let (first, second) = (onANewThread(), onANewThread())
    for result in await [alone, first, second] {
      #expect(result.threads == 1)
      #expect(result.product == alone.product)
    }
  }

  /// Threads that OpenMP would use for work of the calling thread.
  private static let openMPThreads: (@convention(c) () -> Int32)? = {
    let library = dlopen("libgomp.so.1", RTLD_NOW | RTLD_NOLOAD)
    return library.flatMap { dlsym($0, "omp_get_max_threads") }.map {
      unsafeBitCast($0, to: (@convention(c) () -> Int32).self)
    }
  }()

  @Test func aDeviceInMemoryOfItsOwnHasNoHostProducts() throws {
    let staged = try TestDevice.make(profile: .software, forceStaging: true)
    #expect(staged.profile.matrixMultiply == .flat)
    let forced = try Device(matrixMultiply: .flat)
    #expect(forced.profile.matrixMultiply == .flat)
  }
}
