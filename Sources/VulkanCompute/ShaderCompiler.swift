import CGlslang
import CShaders
import Foundation
import ShaderTexts

/// GLSL to SPIR-V through libglslang, with includes expanded here (glslang's C interface has none) and results cached.
public enum ShaderCompiler {
  /// The texts below `Shaders/` that are part of the binary, by path.
  public static let embeddedFiles = ShaderTexts.all.filter { !$0.key.hasSuffix(".spv") && !$0.key.hasSuffix(".json") }

  /// SPIR-V 1.3 words of an embedded kernel.
  public static func compile(_ name: String, macros: [(String, String)], includes: [String: String]) throws -> [UInt32]
  {
    guard let source = embeddedFiles[name] else {
      throw VulkanError(.shaderCompilation, "there is no shader \(name)")
    }
    return try compile(name: name, source: source, macros: macros, includes: includes)
  }

  /// SPIR-V 1.3 words of GLSL text; `#include "Area/file.glsl"` is a path below `Shaders/` or a key of `includes`.
  public static func compile(
    name: String, source: String, macros: [(String, String)], includes: [String: String]
  ) throws -> [UInt32] {
    var text = ExpandedSource()
    try text.append(name: name, source: source, macros: macros, includes: includes)
    let full = text.lines.joined(separator: "\n") + "\n"
    let cacheName = "spirv-\(ContentHash(glslangVersion + "\n" + full))"
    if let data = Cache.read(cacheName), data.count % 4 == 0 {
      let words = data.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
      if words.first == SPIRV.magic { return words }
    }
    let words = try lock.withLock { try glslang(full, text) }
    Cache.write(words.withUnsafeBytes { Data($0) }, as: cacheName)
    return words
  }

  /// SPIR-V words of an embedded kernel that a newer compiler than this one is needed for: `name` with ".spv" behind it, as
  /// scripts/matrix-units has written it.
  public static func builtModule(_ name: String) throws -> [UInt32] {
    guard let text = ShaderTexts.all["\(name).spv"],
      let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters), data.count % 4 == 0
    else { throw VulkanError(.shaderCompilation, "there is no compiled shader \(name)") }
    return data.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
  }

  /// The whole text of an embedded kernel as the compiler gets it.
  public static func expanded(_ name: String, macros: [(String, String)]) throws -> String {
    guard let source = embeddedFiles[name] else {
      throw VulkanError(.shaderCompilation, "there is no shader \(name)")
    }
    var text = ExpandedSource()
    try text.append(name: name, source: source, macros: macros, includes: [:])
    return text.lines.joined(separator: "\n") + "\n"
  }

  private static let lock = NSLock()
  private static let isInitialized = glslang_initialize_process() != 0

  /// Part of the cache key: another compiler may write another module.
  private static let glslangVersion =
    "glslang \(GLSLANG_VERSION_MAJOR).\(GLSLANG_VERSION_MINOR).\(GLSLANG_VERSION_PATCH)"

  private static func glslang(_ code: String, _ text: ExpandedSource) throws -> [UInt32] {
    guard isInitialized else { throw VulkanError(.shaderCompilation, "glslang could not be initialised") }
    return try code.withCString { code in
      var input = glslang_input_t()
      input.language = GLSLANG_SOURCE_GLSL
      input.stage = GLSLANG_STAGE_COMPUTE
      input.client = GLSLANG_CLIENT_VULKAN
      input.client_version = GLSLANG_TARGET_VULKAN_1_1
      input.target_language = GLSLANG_TARGET_SPV
      input.target_language_version = GLSLANG_TARGET_SPV_1_3
      input.code = code
      input.default_version = 450
      input.default_profile = GLSLANG_NO_PROFILE
      input.messages = GLSLANG_MSG_DEFAULT_BIT
      input.resource = glslang_default_resource()
      let shader = glslang_shader_create(&input)
      defer { glslang_shader_delete(shader) }
      guard glslang_shader_preprocess(shader, &input) != 0, glslang_shader_parse(shader, &input) != 0 else {
        throw VulkanError(.shaderCompilation, text.locate(String(cString: glslang_shader_get_info_log(shader))))
      }
      let program = glslang_program_create()
      defer { glslang_program_delete(program) }
      glslang_program_add_shader(program, shader)
      let rules = Int32(GLSLANG_MSG_SPV_RULES_BIT.rawValue | GLSLANG_MSG_VULKAN_RULES_BIT.rawValue)
      guard glslang_program_link(program, rules) != 0 else {
        throw VulkanError(.shaderCompilation, text.locate(String(cString: glslang_program_get_info_log(program))))
      }
      glslang_program_SPIRV_generate(program, GLSLANG_STAGE_COMPUTE)
      let count = glslang_program_SPIRV_get_size(program)
      var words = [UInt32](repeating: 0, count: count)
      glslang_program_SPIRV_get(program, &words)
      return words
    }
  }
}

/// GLSL with its includes in place, and where every line came from.
private struct ExpandedSource {
  var lines: [String] = []
  private var origins: [(file: String, line: Int)] = []
  private var included: Set<String> = []

  mutating func append(
    name: String, source: String, macros: [(String, String)], includes: [String: String]
  ) throws {
    for (number, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let trimmed = line.drop { $0 == " " }
      if trimmed.hasPrefix("#version") {
        add(String(line), name, number + 1)
        add("#extension GL_EXT_control_flow_attributes : enable", name, number + 1)
        add("#define GLSL 1", name, number + 1)
        for (macro, value) in macros { add("#define \(macro) \(value)", name, number + 1) }
      } else if trimmed.hasPrefix("#include") {
        let parts = trimmed.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count >= 2 else {
          throw VulkanError(.shaderCompilation, "\(name):\(number + 1): #include needs a file in quotes")
        }
        let file = includes[String(parts[1])] ?? String(parts[1])
        guard let text = ShaderCompiler.embeddedFiles[file] else {
          throw VulkanError(.shaderCompilation, "\(name):\(number + 1): there is no shader file \(file)")
        }
        if included.insert(file).inserted {
          try append(name: file, source: text, macros: macros, includes: includes)
        }
      } else {
        add(String(line), name, number + 1)
      }
    }
  }

  private mutating func add(_ line: String, _ file: String, _ number: Int) {
    lines.append(line)
    origins.append((file, number))
  }

  /// glslang's log with `0:LINE` replaced by the file and line that a person can open.
  func locate(_ log: String) -> String {
    log.split(separator: "\n").map { line -> String in
      guard let match = line.firstMatch(of: /0:(\d+)/), let number = Int(match.1), origins.indices.contains(number - 1)
      else { return String(line) }
      let origin = origins[number - 1]
      return line.replacingCharacters(in: match.range, with: "\(origin.file):\(origin.line)").description
    }
    .joined(separator: "\n")
  }
}
