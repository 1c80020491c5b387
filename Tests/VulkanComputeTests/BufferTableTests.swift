import TestSupport
import Testing
import VulkanCompute

@Suite struct BufferTableTests {
  @Test func runsStartAtAlignedOffsets() throws {
    let device = try TestDevice.make()
    let table = BufferTable(device: device)
    let rewards = table.register(
      "rewards", of: Float.self, runs: 3, perRun: [("T", 5), ("N", 7)], persistence: .scratch)
    try table.allocate()
    #expect(rewards.runStride == 64)
    #expect(table.totalBytes == 3 * 256)
    try rewards.write([1, 2, 3], run: 2)
    #expect(try rewards.read(run: 2).prefix(4) == [1, 2, 3, 0])
    #expect(try rewards.read(run: 2).count == 35)
    #expect(try rewards.read()[128] == 1)
    device.requireNoValidationMessages()
  }

  @Test func aPlanNeedsNoDeviceAndListsEveryBuffer() {
    let table = BufferTable(device: nil)
    _ = table.register(
      "observations", of: UInt32.self, runs: 2, perRun: [("T", 1024), ("W", 21)], persistence: .scratch)
    _ = table.register("parameters", of: Float.self, runs: 2, perRun: [("P", 640)], persistence: .persistent)
    let plan = table.planText()
    #expect(plan.contains("observations"))
    #expect(plan.contains("(R 2, T 1024, W 21)"))
    #expect(plan.hasSuffix("total 173.0 KiB"))
    #expect(table.persistentBuffers.map(\.name) == ["parameters"])
  }

  @Test func aKernelSeesOnlyTheRunsOfItsWindow() throws {
    let device = try TestDevice.make()
    let table = BufferTable(device: device)
    let values = table.register("values", of: UInt32.self, runs: 4, perRun: [("count", 10)], persistence: .scratch)
    let doubled = table.register("doubled", of: UInt32.self, runs: 4, perRun: [("count", 10)], persistence: .scratch)
    try table.allocate()
    try values.write([UInt32](repeating: 3, count: values.count))
    let kernel = try device.kernel(name: "double", source: DeviceTests.double)
    try device.run {
      $0.dispatch(
        kernel, ["values": values.window(runs: 1..<3), "doubled": doubled.window(runs: 1..<3)], push: UInt32(128),
        groups: kernel.groups(for: 128))
    }
    let words = try doubled.read()
    #expect(words[0..<64].allSatisfy { $0 == 0 })
    #expect(words[64..<192].allSatisfy { $0 == 6 })
    #expect(words[192..<256].allSatisfy { $0 == 0 })
    device.requireNoValidationMessages()
  }
}
