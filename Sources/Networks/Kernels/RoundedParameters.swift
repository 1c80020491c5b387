import CShaders
import VulkanCompute

/// Parameters as float16, which matrix units multiply: a copy for the runs of a window that is made when parameters are adopted,
/// and kept up to date by who changes them.
struct RoundedParameters {
  /// (window, P / 2), words of two float16
  let parameters: Buffer<UInt32>
  private let kernel: Kernel
  /// P
  private let count: Int

  /// Numbers from one set to the next.
  var stride: Int { 2 * parameters.runStride }

  init(_ name: String, count: Int, device: Device, table: BufferTable, windowRuns: Int) throws {
    self.count = count
    kernel = try device.kernel("Network/round_parameters.comp")
    parameters = table.register(
      "\(name).rounded.weights", of: UInt32.self, runs: windowRuns, perRun: [("P/2", count / 2)], persistence: .scratch)
  }

  /// - Parameter sets: Parameter sets (P), at most as many as a window has runs.
  func record(_ recorder: CommandRecorder, _ sets: BufferWindow) {
    let number = sets.byteCount / (MemoryLayout<Float>.stride * count)
    precondition(number <= parameters.runCount, "\(number) parameter sets for a window of \(parameters.runCount) runs")
    let push = RoundDispatch(
      parameters: UInt32(count), parameter_stride: UInt32(count), rounded_stride: UInt32(parameters.runStride))
    recorder.dispatch(
      kernel, ["parameters": sets, "rounded_parameters": parameters.window(runs: 0..<number)], push: push,
      groups: kernel.groups(for: count / 4), number, work: Work(bytes: Double(6 * number * count)))
  }
}
