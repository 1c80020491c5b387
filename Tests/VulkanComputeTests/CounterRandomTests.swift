import CShaders
import TestSupport
import Testing
import VulkanCompute

@Suite struct CounterRandomTests {
  /// Known answers of Philox-4x32-10 from the Random123 distribution (kat_vectors).
  @Test func philoxGivesTheKnownAnswers() {
    #expect(
      CounterRandom.philox(counter: SIMD4(0, 0, 0, 0), key: SIMD2(0, 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      CounterRandom.philox(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      CounterRandom.philox(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func theShaderAndTheHostDrawTheSameNumbers() throws {
    let device = try TestDevice.make()
    let kernel = try device.kernel(
      name: "draw.comp",
      source: """
        #version 450
        layout(local_size_x = 64) in;
        #include "Common/buffers.glsl"
        #include "Common/random.glsl"
        OUTPUT(0, uvec4, draws);
        OUTPUT(1, vec2, derived);
        void main() {
          uint i = gl_GlobalInvocationID.x;
          uvec4 words = random_words(uvec2(7u, 9u), PURPOSE_DEAL, i, 2u * i, 3u);
          draws[i] = words;
          derived[i] = vec2(to_unit_float(words.x), float(to_index(words.y, 50u)));
        }
        """)
    let draws = try device.buffer("draws", of: SIMD4<UInt32>.self, count: 128)
    let derived = try device.buffer("derived", of: SIMD2<Float>.self, count: 128)
    try device.run { $0.dispatch(kernel, ["draws": draws.whole, "derived": derived.whole], groups: 2) }
    let expected = (0..<UInt32(128)).map {
      CounterRandom.words(seed: 9 << 32 | 7, purpose: PURPOSE_DEAL, $0, 2 * $0, 3)
    }
    #expect(try draws.read() == expected)
    let expectedDerived = expected.map {
      SIMD2(CounterRandom.unitFloat($0.x), Float(CounterRandom.index($0.y, below: 50)))
    }
    #expect(try derived.read() == expectedDerived)
    device.requireNoValidationMessages()
  }
}
