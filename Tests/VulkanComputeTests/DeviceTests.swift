import CShaders
import Foundation
import TestSupport
import Testing

@testable import VulkanCompute

@Suite struct DeviceTests {
  /// doubled[i] = 2 * values[i]; one invocation per element.
  static let double = """
    #version 450
    layout(local_size_x = 64) in;
    #include "Common/buffers.glsl"
    INPUT(0, uint, values);
    OUTPUT(1, uint, doubled);
    layout(push_constant) uniform Push { uint count; };
    void main() {
      uint i = gl_GlobalInvocationID.x;
      if (i < count) doubled[i] = 2u * values[i];
    }
    """

  @Test(arguments: [false, true]) func aKernelReadsAndWritesBuffers(staged: Bool) throws {
    let device = try TestDevice.make(forceStaging: staged)
    let kernel = try device.kernel(name: "double", source: Self.double)
    let values = try device.buffer("values", of: UInt32.self, count: 100)
    let doubled = try device.buffer("doubled", of: UInt32.self, count: 100)
    try values.write((0..<100).map { UInt32($0) })
    try device.run {
      $0.dispatch(
        kernel, ["values": values.whole, "doubled": doubled.whole], push: UInt32(99), groups: kernel.groups(for: 99))
    }
    #expect(try doubled.read() == (0..<99).map { UInt32(2 * $0) } + [0])
    device.requireNoValidationMessages()
  }

  /// The kernel does not keep to the columns that its windows name.
  @Test func synchronisationValidationSeesAMissingBarrier() throws {
    let device = try TestDevice.make()
    let kernel = try device.kernel(name: "double", source: Self.double)
    let buffers = try (0..<3).map { try device.buffer("buffer \($0)", of: UInt32.self, count: 64) }
    try device.run { recorder in
      for i in 0..<2 {
        recorder.dispatch(
          kernel,
          ["values": buffers[i].whole.stripe(0..<1, of: 2), "doubled": buffers[i + 1].whole.stripe(1..<2, of: 2)],
          push: UInt32(64), groups: 1)
      }
    }
    #expect(device.validationMessages.contains { $0.contains("READ_AFTER_WRITE") })
  }

  /// One word too many: a layer that knows sizes of buffers alone sees it, and little is overwritten.
  @Test func gpuAssistedValidationSeesAWritePastTheEnd() throws {
    let device = try TestDevice.make(validation: .gpuAssisted)
    let kernel = try device.kernel(name: "double", source: Self.double)
    let values = try device.buffer("values", of: UInt32.self, count: 64)
    let short = try device.buffer("short", of: UInt32.self, count: 8)
    try device.run {
      $0.dispatch(kernel, ["values": values.whole, "doubled": short.whole], push: UInt32(9), groups: 1)
    }
    let messages = device.validationMessages
    #expect(messages.contains { $0.contains("out of bounds") }, "\(messages)")
  }

  @Test func noticesOfTheLayerAboutItselfAreNoFindings() {
    #expect(!Instance.isFinding("[AppName: ] Internal Warning: Setting VkPhysicalDeviceFeatures.x to VK_TRUE"))
    #expect(Instance.isFinding("SYNC-HAZARD-READ-AFTER-WRITE: vkCmdDispatch"))
  }

  @Test func timestampsCountWithTheBitsThatTheQueueHas() {
    #expect(DeviceDescription.mask(bits: 36) == 0xF_FFFF_FFFF)
    #expect(DeviceDescription.mask(bits: 64) == .max && DeviceDescription.mask(bits: 0) == 0)
    #expect((UInt64(5) &- 0xF_FFFF_FFFE) & DeviceDescription.mask(bits: 36) == 7)
  }

  @Test func aRecordedSequenceCanBeSubmittedAgain() throws {
    let device = try TestDevice.make()
    let kernel = try device.kernel(name: "double", source: Self.double)
    let values = try device.buffer("values", of: UInt32.self, count: 1)
    let doubled = try device.buffer("doubled", of: UInt32.self, count: 1)
    try values.write([1])
    let sequence = try device.record { recorder in
      recorder.dispatch(kernel, ["values": values.whole, "doubled": doubled.whole], push: UInt32(1), groups: 1)
      recorder.copy(from: doubled.whole, to: values.whole)
    }
    for _ in 0..<3 { try device.submit(sequence).wait() }
    try device.submit(sequence, sequence).wait()
    #expect(try values.read() == [32])
    #expect(sequence.dispatchCount == 1)
    device.requireNoValidationMessages()
  }

  @Test(arguments: [(flops: 1.0, parts: 3), (flops: 1e12, parts: 1)])
  func longSequencesAreSubmittedInParts(bound: (flops: Double, parts: Int)) throws {
    let device = try TestDevice.make(submissionBound: SubmissionBound(flops: bound.flops, bytes: 1e12))
    let kernel = try device.kernel(name: "double", source: Self.double)
    let buffers = try (0..<4).map { try device.buffer("buffer \($0)", of: UInt32.self, count: 64) }
    let sequence = try device.record { recorder in
      recorder.fill(buffers[0].whole, with: 1)  // has no operations: no part of its own
      for i in 0..<3 {
        recorder.dispatch(
          kernel, ["values": buffers[i].whole, "doubled": buffers[i + 1].whole], push: UInt32(64), groups: 1,
          work: Work(flops: 64))
      }
    }
    for _ in 0..<2 { try device.submit(sequence).wait() }
    #expect(try buffers[3].read() == [UInt32](repeating: 8, count: 64))
    #expect(sequence.parts.count == bound.parts)
    #expect(CommandCounts([sequence]).largestSubmissionFlops == (bound.parts == 1 ? 192 : 64))
    device.requireNoValidationMessages()
  }

  @Test func aCPUHasNoBoundOfSubmissions() throws {
    let device = try TestDevice.make()
    #expect((device.submissionBound == nil) == (device.description.kind == .cpu))
    let peak = MeasuredPeaks.Peak(flopsPerSecond: 8e12, bytesPerSecond: 4e11)
    #expect(SubmissionBound(peak) == SubmissionBound(flops: 2e12, bytes: 1e11))
  }

  /// Vulkan promises 65,536 texels; a driver that offers no more reads storage buffers.
  @Test func fewTexelsMeanStorageLoads() throws {
    var description = try TestDevice.make().description
    let wanted = DeviceProfile.software
    #expect(try Device.usable(wanted, on: description, mapped: true).loads == .texel)
    description.maxTexelBufferElements = 65_536
    #expect(try Device.usable(wanted, on: description, mapped: true).loads == .storage)
    #expect(description.profile.loads == .storage)
    #expect(description.bindingBytes(.texel) == 1 << 20)
    description.maxAllocationBytes = 1 << 16
    #expect(description.bindingBytes(.storage) == 1 << 16 && description.bindingBytes(.texel) == 1 << 16)
  }

  /// More than one staged copy holds, from a place that is no multiple of it.
  @Test func stagedCopiesOfAnyLength() throws {
    let device = try TestDevice.make(forceStaging: true)
    let count = 17 << 20
    let buffer = try device.buffer("buffer", of: UInt32.self, count: count + 7)
    let numbers = (0..<UInt32(count)).map { $0 &* 2_654_435_761 }
    try buffer.write(numbers, at: 3)
    #expect(try buffer.read(3..<3 + count) == numbers)
    #expect(try buffer.read(0..<3) == [0, 0, 0] && buffer.read(3 + count..<count + 7) == [0, 0, 0, 0])
    device.requireNoValidationMessages()
  }

  /// Whatever the driver's division gives.
  @Test func reciprocalsAreRoundedToTheNearest() throws {
    let device = try TestDevice.make()
    for error in ["0", "3", "-3"] {  // units in the last place that a division is off by
      let kernel = try device.kernel(
        name: "reciprocals",
        source: """
          #version 450
          layout(local_size_x = 64) in;
          #include "Common/buffers.glsl"
          #include "Common/reciprocal.glsl"
          OUTPUT(0, float, reciprocals);
          void main() { reciprocals[gl_GlobalInvocationID.x] = reciprocal(max(gl_GlobalInvocationID.x, 1u)); }
          """, macros: ["DIVISION_ERROR": error])
      let reciprocals = try device.buffer("reciprocals", of: Float.self, count: 512)
      try device.run { $0.dispatch(kernel, ["reciprocals": reciprocals.whole], groups: 8) }
      #expect(try reciprocals.read() == (0..<512).map { 1 / Float(max($0, 1)) })
    }
    device.requireNoValidationMessages()
  }

  @Test func timestampsMeasureTheWorkBetweenThem() throws {
    let device = try TestDevice.make()
    let kernel = try device.kernel(name: "double", source: Self.double)
    let values = try device.buffer("values", of: UInt32.self, count: 1 << 16)
    let doubled = try device.buffer("doubled", of: UInt32.self, count: 1 << 16)
    let sequence = try device.record { recorder in
      recorder.timestamp("double")
      recorder.dispatch(
        kernel, ["values": values.whole, "doubled": doubled.whole], push: UInt32(1 << 16),
        groups: kernel.groups(for: 1 << 16))
      recorder.timestamp("end")
    }
    try device.submit(sequence).wait()
    let timings = try sequence.timings()
    #expect(timings.map(\.label) == ["double"])
    #expect(timings[0].seconds > 0)
    device.requireNoValidationMessages()
  }

  @Test func aMissingDeviceIsNamedWithTheRemedy() throws {
    let error = #expect(throws: VulkanError.self) { try Device(.index(99)) }
    #expect(error?.kind == .noDevice)
    #expect(error?.description.contains("no Vulkan device 99") == true)
    #expect(error?.description.contains("crossplay devices") == true)
  }

  @Test func tooMuchMemoryIsReportedWithTheBuffer() throws {
    let device = try Device()
    let error = #expect(throws: VulkanError.self) {
      try device.buffer("observations", of: UInt32.self, count: 1 << 40)
    }
    #expect(error?.kind == .outOfMemory)
    #expect(error?.description.contains("observations") == true)
  }

  @Test func theGridOfADispatchIsChecked() throws {
    let device = try Device()
    let kernel = try device.kernel(name: "double", source: Self.double)
    let buffer = try device.buffer("buffer", of: UInt32.self, count: 64)
    let other = try device.buffer("other", of: UInt32.self, count: 64)
    #expect(throws: VulkanError.self) {
      try device.run {
        $0.dispatch(
          kernel, ["values": buffer.whole, "doubled": other.whole], push: UInt32(1), groups: Int(UInt32.max))
      }
    }
  }
}
