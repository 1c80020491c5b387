import CShaders
import Testing
import VulkanCompute

/// The push constants of the network kernels have one layout on both sides: four-byte scalars, in order.
@Suite struct NetworkStructTests {
  private static func members(_ structName: String, of kernel: String, includes: [String: String] = [:]) throws
    -> [SPIRV.Member]
  {
    let macros = [("TILE_ROWS", "8u"), ("TILE_COLUMNS", "8u")]
    let module = try SPIRV(ShaderCompiler.compile(kernel, macros: macros, includes: includes))
    return try #require(module.structs[structName])
  }

  @Test func denseDispatchHasTheSameOffsetsInGLSLAndSwift() throws {
    let members = try Self.members("DenseDispatch", of: "Network/dense_forward.comp")
    typealias Push = DenseDispatch
    let expected: [(String, PartialKeyPath<Push>)] = [
      ("rows", \.rows), ("row_count_index", \.row_count_index), ("row_count_stride", \.row_count_stride),
      ("policy_index_stride", \.policy_index_stride), ("inputs", \.inputs), ("outputs", \.outputs),
      ("weight_offset", \.weight_offset), ("bias_offset", \.bias_offset), ("parameter_stride", \.parameter_stride),
      ("input_stride", \.input_stride), ("output_stride", \.output_stride), ("gradient_stride", \.gradient_stride),
      ("first_row", \.first_row), ("row_begin", \.row_begin),
    ]
    #expect(members.map(\.name) == expected.map(\.0))
    #expect(members.map(\.offset) == expected.map { MemoryLayout<Push>.offset(of: $0.1) })
    #expect(MemoryLayout<Push>.size == 4 * members.count)
  }

  @Test func expandDispatchHasTheSameOffsetsInGLSLAndSwift() throws {
    let members = try Self.members(
      "ExpandDispatch", of: "Network/expand_observations.comp",
      includes: ["ENVIRONMENT_OBSERVATION": "Network/bit_observations.glsl"])
    typealias Push = ExpandDispatch
    let expected: [(String, PartialKeyPath<Push>)] = [
      ("rows", \.rows), ("features", \.features), ("padded_features", \.padded_features),
      ("observation_words", \.observation_words), ("observation_stride", \.observation_stride),
      ("row_index_stride", \.row_index_stride), ("row_index_offset", \.row_index_offset),
      ("row_count_stride", \.row_count_stride), ("input_stride", \.input_stride),
    ]
    #expect(members.map(\.name) == expected.map(\.0))
    #expect(members.map(\.offset) == expected.map { MemoryLayout<Push>.offset(of: $0.1) })
    #expect(MemoryLayout<Push>.size == 4 * members.count)
  }
}
