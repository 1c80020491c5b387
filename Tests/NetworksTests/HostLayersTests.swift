// The loops of the host over rows.
import CHostKernels
import Foundation
import Testing

@Suite struct HostLayersTests {
  @Test func tanhIsThatOfTheLibrary() {
    let inputs = stride(from: -12.0, through: 12, by: 1e-3).map { Float($0) } + [0, -0.0, 1e-30, 100, -100, .infinity]
    var outputs = inputs
    let bias = [Float](repeating: 0, count: inputs.count)
    host_add_bias_tanh(&outputs, bias, 1, inputs.count)
    for (input, output) in zip(inputs, outputs) {
      let expected = tanh(Double(input))
      #expect(abs(Double(output) - expected) <= 2.5e-7 * abs(expected), "tanh(\(input))")
    }
  }

  @Test func notANumberStays() {
    let bias: [Float] = [0, 0]
    var values: [Float] = [.nan, 1]
    host_add_bias_relu(&values, bias, 1, 2)
    #expect(values[0].isNaN && values[1] == 1)
    values = [.nan, 1]
    host_add_bias_tanh(&values, bias, 1, 2)
    #expect(values[0].isNaN && !values[1].isNaN)
  }
}
