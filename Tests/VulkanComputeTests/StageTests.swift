// Which commands wait for which: barriers stand where memory is shared, and nowhere else.
import TestSupport
import Testing

@testable import VulkanCompute

@Suite struct StageTests {
  private static let add = """
    #version 450
    layout(local_size_x = 64) in;
    layout(push_constant) uniform Push { uint count; };
    layout(std430, binding = 0) readonly buffer A { uint values[]; };
    layout(std430, binding = 1) writeonly buffer B { uint copies[]; };
    layout(std430, binding = 2) buffer C { uint sums[]; };
    void main() {
      uint i = gl_GlobalInvocationID.x;
      if (i >= count) return;
      copies[i] = values[i];
      sums[i] += values[i];
    }
    """

  private struct Work {
    let device: Device
    let kernel: Kernel
    let buffers: [Buffer<UInt32>]

    init() throws {
      device = try TestDevice.make()
      kernel = try device.kernel(name: "add", source: StageTests.add)
      buffers = try (0..<6).map { [device] in try device.buffer("buffer \($0)", of: UInt32.self, count: 64) }
    }

    /// Dispatches by the buffers of values, copies and sums.
    func stages(_ dispatches: [(Int, Int, Int)], before: (CommandRecorder) -> Void = { _ in }) throws -> Int {
      let sequence = try device.record { recorder in
        before(recorder)
        for (values, copies, sums) in dispatches {
          recorder.dispatch(
            kernel,
            ["values": buffers[values].whole, "copies": buffers[copies].whole, "sums": buffers[sums].whole],
            push: UInt32(64), groups: 1)
        }
      }
      try device.submit(sequence).wait()
      return sequence.stageCount
    }
  }

  @Test func aKernelWritesWhatIsNotDeclaredReadonly() throws {
    let work = try Work()
    #expect(work.kernel.reflection.bindings.map(\.name) == ["values", "copies", "sums"])
    #expect(work.kernel.reflection.bindings.map(\.isWritten) == [false, true, true])
    let wide = try work.device.kernel(
      "Network/expand_observations.comp",
      macros: [
        "AGENTS": 2
      ], includes: ["ENVIRONMENT_OBSERVATION": "Common/bit_observations.glsl"])
    #expect(wide.reflection.bindings.filter(\.isWritten).map(\.name) == ["inputs"])
  }

  @Test func commandsWaitForMemoryThatTheyShareWithAWriterOnly() throws {
    let work = try Work()
    #expect(try work.stages([(0, 1, 2), (0, 3, 4)]) == 1)  // both read
    #expect(try work.stages([(0, 1, 2), (1, 3, 4)]) == 2)  // read after write
    #expect(try work.stages([(0, 1, 2), (3, 0, 4)]) == 2)  // write after read
    #expect(try work.stages([(0, 1, 2), (3, 1, 4)]) == 2)  // write after write
    #expect(try work.stages([(0, 1, 2), (0, 3, 2)]) == 2)  // sums go on
    #expect(try work.stages([(0, 1, 2), (3, 4, 5), (1, 2, 4), (3, 0, 5)]) == 2)
    #expect(try work.stages([(0, 1, 2)]) { $0.fill(work.buffers[0].whole, with: 1) } == 2)
    #expect(try work.stages([(0, 1, 2)]) { $0.fill(work.buffers[3].whole, with: 1) } == 1)
    let copy = { (recorder: CommandRecorder) in
      recorder.copy(from: work.buffers[3].whole, to: work.buffers[4].whole)
    }
    #expect(try work.stages([(3, 1, 2)], before: copy) == 1)
    #expect(try work.stages([(4, 1, 2)], before: copy) == 2)
    #expect(try work.stages([(0, 3, 2)], before: copy) == 2)
    work.device.requireNoValidationMessages()
  }

  @Test func aStepOfTheHostEndsAStage() throws {
    let work = try Work()
    let host = { (recorder: CommandRecorder) in
      recorder.fill(work.buffers[0].whole, with: 1)
      recorder.host("nothing", using: []) {}
    }
    #expect(try work.stages([(3, 1, 2)], before: host) == 2)
  }

  @Test func stripesOverlapWhereTheyShareAColumn() throws {
    let device = try TestDevice.make()
    let buffer = try device.buffer("matrix", of: UInt32.self, count: 4096)
    let other = try device.buffer("another", of: UInt32.self, count: 4096)
    let all = buffer.whole
    #expect(all.overlaps(all) && !all.overlaps(other.whole))
    #expect(all.overlaps(all.stripe(0..<8, of: 64)))
    #expect(!all.stripe(0..<8, of: 64).overlaps(all.stripe(8..<64, of: 64)))
    #expect(all.stripe(0..<9, of: 64).overlaps(all.stripe(8..<64, of: 64)))
    #expect(all.stripe(0..<8, of: 64).overlaps(all.stripe(8..<32, of: 32)))  // of other rows: who knows
    let part = all.stripe(16..<48, of: 64)
    #expect(!part.stripe(0..<4, of: 8).overlaps(part.stripe(4..<8, of: 8)))
    #expect(part.stripe(0..<4, of: 8).overlaps(part) && part.stripe(0..<4, of: 8).overlaps(part.stripe(3..<8, of: 8)))
    #expect(part.stripe(0..<4, of: 8).overlaps(all.stripe(40..<64, of: 64).stripe(4..<8, of: 8)))
  }
}
