// Times and work of what a sequence does, and what the machine does at best.
import TestSupport
import Testing

@testable import VulkanCompute

@Suite struct ProfileTests {
  private static let peaks = MeasuredPeaks(
    device: .init(flopsPerSecond: 100, bytesPerSecond: 10), host: .init(flopsPerSecond: 1000, bytesPerSecond: 10))

  @Test func linesAddUpByPhaseAndName() throws {
    func timing(_ phase: String, _ label: String, _ seconds: Double, _ work: Work, host: Bool = false) -> Timing {
      Timing(phase: phase, label: label, seconds: seconds, work: work, isOnHost: host)
    }
    let profile = Profile(
      [
        timing("rollout", "step", 1, Work(bytes: 5)), timing("rollout", "", 9, Work()),
        timing("rollout", "observe", 3, Work(bytes: 6)), timing("rollout", "step", 1, Work(bytes: 5)),
        timing("epochs", "forward", 2, Work(flops: 500, bytes: 1) + Work(flops: 1000, kind: 1), host: true),
        timing("epochs", "step", 1, Work(flops: 50)),
      ], shares: [1, 0.5, 0, 0], peaks: Self.peaks)
    #expect(profile.lines.map(\.name) == ["observe", "step", "forward", "step"])
    #expect(profile.lines.map(\.calls) == [1, 2, 1, 1])
    #expect(profile.lines.map(\.seconds) == [3, 2, 2, 1])
    #expect(profile.lines.map(\.flops) == [0, 0, 1000, 50])
    #expect(profile.lines.map(\.bytes) == [6, 10, 1, 0])
    #expect(zip(profile.lines.map(\.shareOfPeak), [0.2, 0.5, 0.5, 0.5]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(profile.phases.map(\.name) == ["rollout", "epochs"])
    #expect(profile.phases.map(\.seconds) == [5, 3])
    #expect(profile.seconds == 8)
    #expect(abs(profile.shareOfPeakArithmetic - 1.5 / 8) < 1e-12)
    for part in ["rollout: ", "epochs: ", "forward (host)"] { #expect(profile.text.contains(part)) }
  }

  @Test func everyCommandOfATimedSequenceHasItsPhaseAndItsWork() throws {
    let device = try TestDevice.make()
    let kernel = try device.kernel(name: "double", source: HostStepTests.double)
    let values = try device.buffer("values", of: UInt32.self, count: 256)
    let copied = try device.buffer("copied", of: UInt32.self, count: 256)
    let sequence = try device.recordTimed { recorder in
      recorder.phase = "first"
      recorder.fill(values.whole, with: 1)
      recorder.dispatch(kernel, ["values": values.whole], push: UInt32(256), groups: 4)
      recorder.phase = "second"
      recorder.dispatch(kernel, ["values": values.whole], push: UInt32(256), groups: 4, work: Work(flops: 7, bytes: 3))
      recorder.host("host", using: [values.whole], work: Work(flops: 11)) {}
      recorder.copy(from: values.whole, to: copied.whole)
    }
    try device.submit(sequence).wait()
    let timings = try sequence.timings().filter { !$0.label.isEmpty }
    #expect(timings.map(\.label) == ["fill", "double", "double", "host", "copy"])
    #expect(timings.map(\.phase) == ["first", "first", "second", "second", "second"])
    #expect(timings.map { $0.work.total(.one).flops } == [0, 0, 7, 11, 0])
    #expect(timings.map { $0.work.total(.one).bytes } == [1024, 1024, 3, 0, 2048])
    #expect(timings.map(\.isOnHost) == [false, false, false, true, false])
    #expect(try device.record { $0.fill(values.whole, with: 1) }.timings().isEmpty)
    device.requireNoValidationMessages()
  }

  @Test func theProbeMeasuresSomething() throws {
    let device = try TestDevice.make()
    let peaks = try MeasuredPeaks.measure(on: device)
    #expect(peaks.device.flopsPerSecond > 1e8 && peaks.device.bytesPerSecond > 1e7)
    #expect((peaks.host != nil) == (device.profile.matrixMultiply == .host))
    if device.products?.hasBFloat16 == true {
      let mixed = try MeasuredPeaks.measure(on: device, mixed: true)
      #expect(try mixed.hostRounds && !peaks.hostRounds && #require(mixed.host).flopsPerSecond > 1e9)
    }
    device.requireNoValidationMessages()
  }

  /// A sequence that begins with a step of the host waits for commands that were submitted alone.
  @Test func aStepOfTheHostComesAfterCommandsSubmittedBefore() throws {
    let device = try TestDevice.make()
    let values = try device.buffer("values", of: UInt32.self, count: 1 << 20)
    nonisolated(unsafe) let memory = try #require(values.whole.mapped).assumingMemoryBound(to: UInt32.self)
    let last = values.count - 1
    let fills = try (1...8).map { word in try device.record { $0.fill(values.whole, with: UInt32(word)) } }
    let steps = try device.record { recorder in
      recorder.host("add", using: [values.whole]) { memory[last] += 100 }
    }
    for fill in fills { try device.submit(fill) }
    try device.submit(steps).wait()
    #expect(try values.read().last == 108)
    device.requireNoValidationMessages()
  }
}
