// No name of a shader is a word of the Metal Shading Language, into which MoltenVK translates them.
import Testing
import VulkanCompute

/// The words that names of a shader must not be.
private enum MetalWords {
  /// Keywords of C++14 (ISO/IEC 14882:2014, table 3, with the alternative tokens), but for those that mean the same in GLSL.
  private static let cpp: Set<Substring> = words(
    """
    alignas alignof and and_eq asm auto bitand bitor catch char char16_t char32_t class compl const_cast constexpr decltype
    delete dynamic_cast enum explicit export extern friend goto inline long mutable namespace new noexcept not not_eq nullptr
    operator or or_eq private protected public register reinterpret_cast short signed sizeof static static_assert static_cast
    template this thread_local throw try typedef typeid typename union unsigned using virtual volatile wchar_t xor xor_eq
    """)

  /// Functions, address spaces, scalar types, resources and their access (Metal Shading Language Specification 3.1, chapters
  /// 2, 4 and 5), and what its translations declare themselves.
  private static let metal: Set<Substring> = words(
    """
    kernel vertex fragment visible stitchable intersection mesh object compute device constant thread threadgroup
    threadgroup_imageblock ray_data object_data metal main0 half bfloat uchar ushort ulong size_t ptrdiff_t int8_t uint8_t
    int16_t uint16_t int32_t uint32_t int64_t uint64_t sampler texture imageblock acceleration_structure access sample read
    write read_write r8unorm r16unorm simdgroup_matrix patch_control_point array_ref vec matrix atomic packed
    """)

  private static func words(_ text: String) -> Set<Substring> { Set(text.split(whereSeparator: \.isWhitespace)) }

  static func contain(_ name: Substring) -> Bool {
    let vector = /(packed_)?(bool|u?char|u?short|u?int|u?long|half|b?float)[2-4](x[2-4])?/
    return cpp.contains(name) || metal.contains(name) || name.wholeMatch(of: vector) != nil
      || name.wholeMatch(of: /(texture|depth)(1d|2d|3d|cube|_buffer)(_ms)?(_array)?/) != nil
      || name.wholeMatch(of: /(atomic|simdgroup|as_type|address)_[a-z0-9_]+/) != nil
  }

  /// The names of GLSL text that are such words, each once. What only C reads is left out.
  static func found(in text: String) -> [String] {
    var names: Set<Substring> = []
    var (asksForGLSL, isForC) = (false, false)
    for line in text.split(separator: "\n") where !line.hasPrefix("#include") {
      if line.hasPrefix("#if") { asksForGLSL = line == "#ifdef GLSL" }
      if line == "#else" || line == "#endif" { isForC = asksForGLSL && line == "#else" }
      guard !isForC else { continue }
      let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
      for match in code.matches(of: /[A-Za-z_][A-Za-z_0-9]*/) where contain(match.output) { names.insert(match.output) }
    }
    return names.map(String.init).sorted()
  }
}

struct MetalNamesTests {
  @Test(arguments: ShaderCompiler.embeddedFiles.keys.sorted())
  func noNameIsAWordOfMetal(file: String) throws {
    let text = try #require(ShaderCompiler.embeddedFiles[file])
    #expect(MetalWords.found(in: text).isEmpty)
  }

  @Test(arguments: [
    ("float half = 0.5;", ["half"]), ("uint device, thread; // kernel", ["device", "thread"]),
    (
      "struct Row { uint constant; };\nfloat packed_float3(uint p) { return p.this; }",
      ["constant", "packed_float3", "this"]
    ),
    ("uint half_bits = threads + devices; uvec4 texture2dx;", []),
    ("#ifdef GLSL\n#else\ntypedef unsigned int uint;\n#endif", []),
    ("#ifdef WIDE\n#else\nvec4 texture2d_array;\n#endif\nfloat vertex;", ["texture2d_array", "vertex"]),
  ])
  func wordsAreFoundWhereverTheyAreNames(text: String, words: [String]) {
    #expect(MetalWords.found(in: text) == words)
  }
}
