import Foundation
import VulkanCompute

/// External programs that read SPIR-V modules: spirv-val and spirv-cross, which must be on the path.
public enum SPIRVTools {
  /// What a program says against a module.
  public struct Complaint: Error, CustomStringConvertible {
    public let description: String
  }

  /// Checks the module against the rules of Vulkan 1.1.
  public static func validate(_ words: [UInt32], name: String) throws {
    try run(["spirv-val", "--target-env", "vulkan1.1"], on: words, name: name)
  }

  /// Translates the module to the Metal Shading Language 2.3, as MoltenVK does.
  public static func translateToMetal(_ words: [UInt32], name: String) throws {
    try run(["spirv-cross", "--msl", "--msl-version", "20300"], on: words, name: name)
  }

  /// Runs both programs on every module that is not among `known`, and adds it there.
  public static func check(_ kernels: [Kernel], known: inout Set<ContentHash>) throws {
    for kernel in kernels where known.insert(ContentHash(of: kernel.words)).inserted {
      try validate(kernel.words, name: kernel.name)
      try translateToMetal(kernel.words, name: kernel.name)
    }
  }

  /// The module with functions inlined and loops unrolled where the text asks for it, as drivers compile it.
  public static func unroll(_ words: [UInt32], name: String) throws -> [UInt32] {
    let folder = try TemporaryFolder()
    let result = folder.url.appendingPathComponent("unrolled.spv")
    try run(
      [
        "spirv-opt", "--merge-return", "--inline-entry-points-exhaustive", "--ssa-rewrite", "--ccp", "--loop-unroll",
        "-o",
        result.path,
      ], on: words, name: name)
    return try Data(contentsOf: result).withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
  }

  private static func run(_ command: [String], on words: [UInt32], name: String) throws {
    let folder = try TemporaryFolder()
    let module = folder.url.appendingPathComponent("module.spv")
    try words.withUnsafeBytes { Data($0) }.write(to: module)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command + [module.path]
    let errors = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Complaint(description: "\(command[0]) on \(name): \(text)")
    }
  }
}
