// transpose_weights.comp: a layer's weights with rows and columns exchanged.
import CShaders
import TestSupport
import Testing
import VulkanCompute

@Suite struct TransposeWeightsTests {
  @Test(arguments: [(8, 24), (32, 96), (40, 120), (136, 408)], TestDevice.kernelProfiles)
  func rowsBecomeColumns(size: (inputs: Int, outputs: Int), profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let kernel = try device.kernel("Network/transpose_weights.comp")
    let (runs, count, offset) = (3, size.inputs * size.outputs, 8)
    let weights = (0..<runs).map { TestNumbers.uniform(UInt32(900 + $0), count: count) }
    let order = [1, 2, 0]  // of the runs, by place
    let unused = [Float](repeating: .nan, count: offset)
    let parameters = try GuardedBuffer(
      "parameters", on: device, count: offset + count, values: order.map { unused + weights[$0] })
    let indices = try GuardedBuffer("policy_indices", on: device, count: 1, values: [[UInt32(2)], [0], [1]])
    let transposed = try GuardedBuffer<Float>("transposed", on: device, runs: runs, count: count)
    let push = TransposeDispatch(
      inputs: UInt32(size.inputs), outputs: UInt32(size.outputs), weight_offset: UInt32(offset),
      parameter_stride: parameters.stride, policy_index_stride: indices.stride, transposed_stride: transposed.stride)
    let tile = Int(TRANSPOSE_TILE)
    try device.run { recorder in
      recorder.dispatch(
        kernel,
        [
          "parameters": parameters.window, "policy_indices": indices.window, "transposed": transposed.window,
        ], push: push, groups: (size.outputs + tile - 1) / tile, (size.inputs + tile - 1) / tile, runs)
    }
    let found = try transposed.read()
    for run in 0..<runs {
      let expected = (0..<size.outputs).flatMap { output in
        (0..<size.inputs).map { weights[run][$0 * size.outputs + output] }
      }
      #expect(found[run] == expected)
    }
    device.requireNoValidationMessages()
  }
}
