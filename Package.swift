// swift-tools-version: 6.3
import Foundation
import PackageDescription

// The modules depend downwards only, in the order of this list (docs/architecture.md).
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)] + warnings

/// scripts/test sets this: newer compilers, which may warn of more, still build the package elsewhere.
var warnings: [SwiftSetting] {
  Context.environment["CROSSPLAY_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]
}

func module(_ name: String, _ dependencies: [Target.Dependency], linking: [LinkerSetting] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linking)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: ["TestSupport"] + dependencies, exclude: exclude, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
  name: "crossplay",
  products: [
    .executable(name: "crossplay", targets: ["crossplay"]),
    .library(
      name: "CrossplayKit",
      targets: [
        "VulkanCompute", "Files", "Figures", "TabularDecPOMDP", "Environments", "Networks", "Configuration", "Training",
        "Evaluation", "Policies", "Runs", "Reports", "Doctor", "Serve",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries (scripts/bootstrap installs them) and the shaders with the structs they share with Swift.
    .systemLibrary(name: "CVulkan", pkgConfig: "vulkan", providers: [.apt(["libvulkan-dev"])]),
    .systemLibrary(name: "CGlslang", providers: [.apt(["glslang-dev", "spirv-tools"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .target(
      name: "CShaders", path: "Shaders", exclude: shaderFolders, sources: ["CShaders.c"],
      publicHeadersPath: ".", cSettings: [.headerSearchPath(".")]),

    // The texts of the shaders, and the commit that is built.
    .plugin(name: "EmbedTexts", capability: .buildTool(), path: "Sources/EmbedTexts"),
    .target(name: "ShaderTexts", swiftSettings: strict, plugins: ["EmbedTexts"]),
    .plugin(name: "EmbedCommit", capability: .buildTool(), path: "Sources/EmbedCommit"),
    .target(name: "BuildCommit", swiftSettings: strict, plugins: ["EmbedCommit"]),

    // The host's threads, signals and connections.
    .target(name: "CHostSupport"),

    // oneDNN, loaded at run time; without its headers (libdnnl-dev) there are no products of the host.
    .target(name: "COneDNN", cSettings: [.headerSearchPath("../CHostSupport")]),

    // ONNX Runtime, loaded at run time, for policies that are models in ONNX.
    .target(name: "COnnxRuntime"),

    // What the host does in place of kernels, vectorised by the compiler for every x86 instruction set; some of it shares
    // its text with them.
    .target(
      name: "CHostKernels",
      cSettings: [.headerSearchPath("../CHostSupport")],
      cxxSettings: [
        .headerSearchPath("../../Shaders"), .headerSearchPath("../CHostSupport"),
        .headerSearchPath("../CHostSupport/include"),
      ]),

    module(
      "VulkanCompute", ["ShaderTexts", "CVulkan", "CGlslang", "CHostSupport", "COneDNN", "CXXHash", "CShaders"],
      linking: glslangLibraries),
    module("Figures", []),
    module("Environments", ["Figures", "VulkanCompute", "CHostKernels", "CShaders", "CZlib"]),
    module("Files", ["CXXHash", "CZlib"]),
    module("TabularDecPOMDP", ["Figures", "VulkanCompute", "CShaders"]),
    module("Networks", ["Environments", "VulkanCompute", "CShaders", "CHostKernels"]),
    module("Configuration", ["Networks", "Environments", "Yams"]),
    module("Training", ["Configuration", "Networks", "Environments", "VulkanCompute", "CHostKernels", "CShaders"]),
    module(
      "Evaluation", ["Figures", "Configuration", "Training", "Networks", "Environments", "VulkanCompute", "CShaders"]),
    module(
      "Policies",
      [
        "Files", "Evaluation", "Configuration", "Training", "Networks", "Environments", "VulkanCompute", "Yams",
        "COnnxRuntime",
      ]),
    module(
      "Runs",
      [
        "Policies", "Files", "Evaluation", "Training", "Configuration", "Networks", "Environments", "VulkanCompute",
        "BuildCommit",
      ]),
    module(
      "Reports", ["Runs", "Files", "Policies", "Evaluation", "Training", "Configuration", "Environments", "Figures"]),
    .target(
      name: "Doctor",
      dependencies: ["Training", "Configuration", "Networks", "Environments", "VulkanCompute"],
      exclude: ["Recorded"], swiftSettings: strict, plugins: ["EmbedTexts"]),
    .target(
      name: "Serve",
      dependencies: [
        "Reports", "Runs", "Policies", "Files", "Evaluation", "Training", "Configuration", "Networks", "Environments",
        "Figures", "VulkanCompute", "CHostSupport",
      ],
      exclude: ["Page"], swiftSettings: strict, plugins: ["EmbedTexts"]),
    .executableTarget(
      name: "crossplay",
      dependencies: [
        "Doctor", "Serve", "Reports", "Runs", "Policies", "Files", "Evaluation", "Training", "Configuration",
        "Networks", "Environments", "TabularDecPOMDP", "VulkanCompute", "CHostSupport",
        argumentParser, logging,
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport",
      dependencies: ["Training", "Configuration", "Networks", "Environments", "VulkanCompute", "CShaders"],
      path: "Tests/TestSupport", swiftSettings: strict),
    tests("VulkanComputeTests", ["VulkanCompute", "COneDNN"]),
    tests("FiguresTests", ["Figures"]),
    tests("TabularDecPOMDPTests", ["TabularDecPOMDP"]),
    tests("EnvironmentsTests", ["Environments", "CShaders"], exclude: ["Fixtures", "OvercookedV2/Fixtures"]),
    tests("NetworksTests", ["Networks", "CHostKernels"]),
    tests("ConfigurationTests", ["Configuration", "Environments"]),
    tests("TrainingTests", ["Training", "Doctor", "CHostKernels", "ShaderTexts", "CZlib"]),
    tests("DoctorTests", ["Doctor"]),
    tests("EvaluationTests", ["Evaluation"]),
    tests("FilesTests", ["Files"], exclude: ["Fixtures"]),
    tests("PoliciesTests", ["Policies"]),
    tests("RunsTests", ["Runs"]),
    tests("ReportsTests", ["Reports", "Runs", "Policies", "Files", "Evaluation", "Figures"]),
    tests("ServeTests", ["Serve", "Reports", "Runs", "Policies", "Files", "Evaluation", "CHostSupport"]),
    tests("CommandLineTests", ["crossplay", "Files", "Networks", "Policies"]),

    // Readers of files, fed with any bytes; scripts/fuzz explores them.
    .target(
      name: "FuzzTargets",
      dependencies: ["Configuration", "Environments", "Files", "Policies", "Runs", "TabularDecPOMDP", "Training"],
      path: "Tests/Fuzz/Targets", swiftSettings: strict),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Tests", swiftSettings: strict),
  ],
  cLanguageStandard: .c2x, cxxLanguageStandard: .cxx20
)

// Only scripts/fuzz builds this: it needs a compiler with libFuzzer.
if Context.environment["CROSSPLAY_FUZZ"] != nil {
  package.products.append(.executable(name: "fuzz", targets: ["fuzz"]))
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Explorer", swiftSettings: strict))
}

/// The static libraries of glslang in the order in which they need each other, with those of SPIRV-Tools. Which of them
/// exist depends on the version: OGLCompiler and HLSL were part of others from 14.0 on.
var glslangLibraries: [LinkerSetting] {
  let folders = [
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib",
    "/opt/homebrew/lib",
  ]
  let libraries = [
    "glslang", "SPIRV", "MachineIndependent", "GenericCodeGen", "OSDependent", "OGLCompiler", "HLSL",
    "glslang-default-resource-limits", "SPIRV-Tools-opt", "SPIRV-Tools",
  ]
  let found = libraries.filter { library in
    folders.contains { folder in
      [".a", ".so", ".dylib"].contains { FileManager.default.fileExists(atPath: "\(folder)/lib\(library)\($0)") }
    }
  }
  return found.map { .linkedLibrary($0) } + [.linkedLibrary("stdc++", .when(platforms: [.linux]))]
    + [.linkedLibrary("c++", .when(platforms: [.macOS]))]
}

/// The folders of `Shaders/` hold GLSL, which reaches the binary through the plugin EmbedTexts.
var shaderFolders: [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(Context.packageDirectory)/Shaders")) ?? []
  return names.filter { !$0.contains(".") }.sorted()
}
