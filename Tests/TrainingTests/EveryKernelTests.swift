// Every kernel of every environment and device profile is valid SPIR-V and translates to Metal.
import CZlib
import Environments
import Foundation
import ShaderTexts
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct EveryKernelTests {
  /// All kinds of networks, both activations, widths of whole and half tiles.
  static let networks = [
    "network={trunk: [16], actor: [8], critic: [8, 16], activation: relu}",
    "network={trunk: [], actor: [16], critic: [8], activation: tanh}",
    "network={trunk: [8], actor: [], critic: [], activation: tanh}",
    "network={trunk: [16], gru: 16, actor: [8], critic: [8], activation: relu, layer_norm: true}",
  ]

  /// With all symmetries of a square.
  static let roundKitchen = EnvironmentVariant(
    name: "overcooked",
    values: [
      "random_reset": .boolean(true),
      "grid": .list(
        ["WBOPOBW", "B0   1B", "O     O", "P  X  P", "O     O", "B     B", "WBOPOBW"].map { .text($0) }),
    ])

  /// The kernels that a training dispatches, and those that only tools use.
  static func kernels(
    _ variant: EnvironmentVariant, network: String, otherPlay: Bool = false, precision: String = "float32",
    device: Device
  ) throws -> [Kernel] {
    var configuration = try tinyConfiguration([network, "precision=\(precision)", "value_normalisation=true"])
    configuration.environment = TrainingConfiguration.EnvironmentChoice(name: variant.name, values: variant.values)
    configuration.bootstrapAtTimeLimit =
      try configuration.makeEnvironment().timeLimit != nil && configuration.network.gru == nil
    if otherPlay { configuration.otherPlay = try configuration.makeEnvironment().symmetryFamilies.map(\.name) }
    let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
    let parts = trainer.parts
    let reset = try device.record { recorder in parts.recordFirstEpisodes(recorder, runs: 0..<1) }
    let update = try [reset] + parts.update.map(device.record)
    let table = BufferTable(device: device)
    let randomPlay = try RandomPlay(parts.environment, device: device, table: table)
    try table.allocate()
    let choose = try device.record { recorder in
      randomPlay.recordChoose(
        recorder, runs: 0..<1, into: parts.buffers.transitions)
    }
    return try (update + [choose]).flatMap(\.kernels) + [device.observationUnpacker(of: trainer.environment)]
  }

  @Test func everyModuleIsValidAndTranslatesToMetal() throws {
    var known: Set<ContentHash> = []
    for profile in TestDevice.profiles {
      let device = try TestDevice.make(validation: .off, profile: profile)
      for variant in EnvironmentVariant.all {
        try SPIRVTools.check(Self.kernels(variant, network: Self.networks[0], device: device), known: &known)
      }
      for name in ["hanabi", "overcooked", "yokai"] {
        for variant in (EnvironmentVariant.all + [Self.roundKitchen]).filter({ $0.name == name }).suffix(1) {
          try SPIRVTools.check(
            Self.kernels(variant, network: Self.networks[0], otherPlay: true, device: device), known: &known)
        }
      }
      for network in Self.networks.dropFirst() {
        try SPIRVTools.check(
          Self.kernels(EnvironmentVariant.all[0], network: network, device: device), known: &known)
      }
    }
  }

  @Test(arguments: [DeviceProfile.software, .graphics, .matrixUnits])
  func everyModuleOfMixedPrecisionIsValidAndTranslatesToMetal(profile: DeviceProfile) throws {
    let device = try TestDevice.make(validation: .off, profile: profile)
    var known: Set<ContentHash> = []
    for network in Self.networks {
      let kernels = try Self.kernels(
        EnvironmentVariant.all[0], network: network, precision: "mixed", device: device)
      try SPIRVTools.check(kernels, known: &known)
    }
  }

  /// The modules for the matrix units of real devices, which nothing here can run, belong to the texts.
  @Test(arguments: ["dense_forward", "dense_backward_input", "dense_backward_weights"])
  func modulesForMatrixUnitsAreThoseOfTheirTexts(name: String) throws {
    struct Manifest: Decodable { let texts: [String: String] }
    let file = "Network/\(name)_cooperative.comp"
    let manifest = try JSONDecoder().decode(
      Manifest.self, from: Data((ShaderTexts.all["Network/built_modules.json"] ?? "").utf8))
    let text = Data(try ShaderCompiler.expanded(file, macros: []).utf8)
    let sum = text.withUnsafeBytes { crc32_z(0, $0.bindMemory(to: UInt8.self).baseAddress, $0.count) }
    let found = String(sum, radix: 16)
    #expect(
      manifest.texts[file] == String(repeating: "0", count: 8 - found.count) + found,
      "run scripts/matrix-units and commit what it writes")

    let words = try ShaderCompiler.builtModule(file)
    let emulated = try ShaderCompiler.compile(file, macros: [("EMULATED_FRAGMENTS", "1")], includes: [:])
    let (module, twin) = (try SPIRV(words), try SPIRV(emulated))
    #expect(module.bindings.map(\.name) == twin.bindings.map(\.name))
    #expect(module.bindings.map(\.isWritten) == twin.bindings.map(\.isWritten))
    #expect(module.pushConstantBytes == twin.pushConstantBytes && module.localSize == twin.localSize)
    // What `CooperativeMatrices` enables: Shader, Float16, RoundingModeRTE, VulkanMemoryModel, CooperativeMatrixKHR; and, of
    // every device with Vulkan 1.1, GroupNonUniform.
    #expect(Self.capabilities(words) == [1, 9, 61, 4467, 5345, 6022])
    #expect(throws: VulkanError.self) { try ShaderCompiler.builtModule("Network/nothing.comp") }
  }

  /// Operands of the OpCapability instructions of a module.
  static func capabilities(_ words: [UInt32]) -> Set<UInt32> {
    var capabilities: Set<UInt32> = []
    var position = 5
    while position < words.count, words[position] & 0xFFFF == 17 {
      capabilities.insert(words[position + 1])
      position += Int(words[position] >> 16)
    }
    return capabilities
  }

  /// What keeps the first dispatch of every kernel on a software device short: no more than 200 places of memory after
  /// unrolling, of the kernels that such devices run.
  @Test func noKernelHasTooManyMemoryAccesses() throws {
    let device = try TestDevice.make(validation: .off, profile: .software)
    let first = EnvironmentVariant.all[0]
    // Everything once, with the widest tiles of layers; then what differs between games.
    var kernels = try Self.kernels(
      first, network: "network={trunk: [256], actor: [256], critic: [256], activation: relu}", device: device)
    kernels += try EnvironmentVariant.all.flatMap { variant in
      try Self.kernels(variant, network: Self.networks[0], device: device)
        .filter { !$0.name.hasPrefix("PPO/") && !$0.name.hasPrefix("Network/dense") }
    }
    var known: Set<ContentHash> = []
    for kernel in kernels where known.insert(ContentHash(of: kernel.words)).inserted {
      let sites = try SPIRV(SPIRVTools.unroll(kernel.words, name: kernel.name)).memoryAccessSites
      #expect(sites > 0 && sites <= 200, "\(kernel.name) has \(sites) places of memory accesses")
    }
  }

  /// The lists above leave out no environment and no file; the kernels of cross-play, of tabular flows and of the probe
  /// have their own tests.
  @Test func noKernelIsLeftOut() throws {
    #expect(Set(EnvironmentVariant.all.map(\.name)) == Set(EnvironmentRegistry.names))
    var names: Set<String> = []
    for profile in [DeviceProfile.software, .graphics, .matrixUnits] {
      let device = try TestDevice.make(validation: .off, profile: profile)
      let precision = profile.matrixMultiply == .cooperative ? "mixed" : "float32"
      var observeKernels: Set<String> = []
      for variant in EnvironmentVariant.all where observeKernels.insert(try variant.make().observeKernel).inserted {
        names.formUnion(
          try Self.kernels(variant, network: Self.networks[0], otherPlay: true, precision: precision, device: device)
            .map(\.name))
      }
      let recurrent = Self.networks[Self.networks.count - 1]
      names.formUnion(
        try Self.kernels(EnvironmentVariant.all[0], network: recurrent, device: device).map(\.name))
    }
    let files = ShaderCompiler.embeddedFiles.keys.filter {
      $0.hasSuffix(".comp") && !$0.hasPrefix("Evaluation/") && !$0.hasPrefix("Tabular/") && !$0.hasPrefix("Probe/")
    }
    // What has no file is made of the texts of a game.
    let made = names.filter { !$0.hasSuffix(".comp") }
    #expect(names.subtracting(made) == Set(files) && made.isSuperset(of: ["hanabi_turn", "hanabi_chosen_turn"]))
  }

  @Test func theToolsRefuseWhatIsNotAModule() throws {
    #expect(throws: SPIRVTools.Complaint.self) { try SPIRVTools.validate([1, 2, 3], name: "nothing") }
    #expect(throws: SPIRVTools.Complaint.self) { try SPIRVTools.translateToMetal([1, 2, 3], name: "nothing") }
  }
}
