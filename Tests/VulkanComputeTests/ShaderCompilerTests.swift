import CShaders
import Foundation
import TestSupport
import Testing
import VulkanCompute

@Suite struct ShaderCompilerTests {
  @Test func everyShaderFileIsEmbedded() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Shaders").standardizedFileURL
    let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
      .filter { ["comp", "glsl", "h"].contains(($0 as NSString).pathExtension) && $0 != "CShaders.h" }
    #expect(Set(files) == Set(ShaderCompiler.embeddedFiles.keys))
    for file in files {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      #expect(ShaderCompiler.embeddedFiles[file] == text, "\(file) in the binary is not the one in the folder")
    }
  }

  @Test func anErrorNamesTheFileAndLine() throws {
    let error = #expect(throws: VulkanError.self) {
      try ShaderCompiler.compile(
        name: "broken.comp", source: "#version 450\n#include \"Common/random.glsl\"\nvoid main() {\n  nonsense;\n}\n",
        macros: [("A", "1")], includes: [:])
    }
    #expect(error?.kind == .shaderCompilation)
    #expect(error?.description.contains("broken.comp:4") == true, "\(error?.description ?? "")")
  }

  @Test func aMissingIncludeIsNamed() throws {
    let error = #expect(throws: VulkanError.self) {
      try ShaderCompiler.compile(
        name: "lost.comp", source: "#version 450\n#include \"Common/nowhere.glsl\"\nvoid main() {}\n", macros: [],
        includes: [:])
    }
    #expect(error?.description == "lost.comp:2: there is no shader file Common/nowhere.glsl")
  }

  @Test func sharedStructsHaveTheSameOffsetsInGLSLAndSwift() throws {
    let words = try ShaderCompiler.compile(
      name: "struct.comp",
      source: """
        #version 450
        layout(local_size_x = 8) in;
        #include "Common/environment.h"
        layout(push_constant) uniform Push { EnvironmentDispatch p; };
        layout(std430, binding = 0) buffer Out { uint result[]; };
        void main() { result[0] = p.environments + p.start_stride; }
        """, macros: [], includes: [:])
    let reflection = try SPIRV(words)
    let members = try #require(reflection.structs["EnvironmentDispatch"])
    #expect(reflection.pushConstantBytes == MemoryLayout<EnvironmentDispatch>.size)
    #expect(members.first?.offset == MemoryLayout<EnvironmentDispatch>.offset(of: \.environments))
    #expect(
      members.first { $0.name == "error_stride" }?.offset
        == MemoryLayout<EnvironmentDispatch>.offset(of: \.error_stride))
    #expect(reflection.localSize.x == 8)
    #expect(reflection.bindings.map(\.name) == ["result"])
  }

  @Test func reflectionRefusesAModuleThatIsCutShort() throws {
    let words = try ShaderCompiler.compile(
      name: "short.comp", source: "#version 450\nvoid main() {}\n", macros: [], includes: [:])
    #expect(throws: VulkanError.self) { try SPIRV(Array(words.prefix(6))) }
    #expect(throws: VulkanError.self) { try SPIRV([1, 2, 3]) }
  }
}
