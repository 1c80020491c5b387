import CShaders
import Foundation
import TestSupport
import Testing

@testable import Networks
@testable import VulkanCompute

@Suite(.serialized) struct TileTunerTests {
  /// A tuner with a file of its own for one test.
  private func withTuner(
    _ profile: DeviceProfile = .graphics, _ body: (_ makeTuner: () -> TileTuner, _ kernels: DenseKernels) throws -> Void
  ) throws {
    let name = "tiles-test-\(UUID().uuidString)"
    let device = try TestDevice.make(profile: profile)
    let kernels = try DenseKernels(device: device)
    defer {
      for file in files(name) { try? FileManager.default.removeItem(at: file) }
    }
    try body({ TileTuner(kernels, device: device, precision: .float32, name: name) }, kernels)
    #expect(files(name).count == 1)
    device.requireNoValidationMessages()
  }

  private func files(_ name: String) -> [URL] {
    let all = try? FileManager.default.contentsOfDirectory(at: Cache.folder, includingPropertiesForKeys: nil)
    return (all ?? []).filter { $0.lastPathComponent.hasPrefix(name) }
  }

  private func push(rows: UInt32 = 64, inputs: UInt32 = 16, columns: UInt32 = 24) -> DenseDispatch {
    var push = DenseDispatch()
    (push.rows, push.inputs, push.outputs, push.columns) = (rows, inputs, columns, columns)
    return push
  }

  private let tiles = [ProductTile(4, 4, .storage), ProductTile(8, 8, .storage), ProductTile(4, 4, .texel)]

  @Test(
    arguments: [.forward(.relu), .backwardInput(.tanh, accumulating: true), .backwardWeights]
      as [DenseKernels.Operation])
  func aShapeIsMeasuredOnceAndKept(operation: DenseKernels.Operation) throws {
    try withTuner { makeTuner, _ in
      let tuner = makeTuner()
      let choice = tuner.tile(operation, among: tiles, push: push(), runs: 2, splits: 2)
      #expect(tiles.contains(choice) && tuner.measuredShapes == 1)
      #expect(tuner.tile(operation, among: tiles, push: push(), runs: 2, splits: 2) == choice)
      #expect(tuner.measuredShapes == 1)
      _ = tuner.tile(operation, among: tiles, push: push(inputs: 32), runs: 2, splits: 2)
      #expect(tuner.measuredShapes == 2 && tuner.rejected.isEmpty)

      let next = makeTuner()
      #expect(next.tile(operation, among: tiles, push: push(), runs: 2, splits: 2) == choice)
      #expect(next.measuredShapes == 0)
    }
  }

  @Test func aDamagedFileIsMeasuredAnew() throws {
    try withTuner { makeTuner, _ in
      _ = makeTuner().tile(.forward(nil), among: tiles, push: push(), runs: 1, splits: 1)
      let name = try #require(
        try FileManager.default.contentsOfDirectory(at: Cache.folder, includingPropertiesForKeys: nil)
          .filter { $0.lastPathComponent.hasPrefix("tiles-test-") }
          .max { try $0.modified < $1.modified })
      var bytes = try Data(contentsOf: name)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: name)
      let next = makeTuner()
      _ = next.tile(.forward(nil), among: tiles, push: push(), runs: 1, splits: 1)
      #expect(next.measuredShapes == 1)
    }
  }

  /// A choice of an earlier start that does not fit now does not count.
  @Test func onlyTilesThatFitAreTaken() throws {
    try withTuner { makeTuner, _ in
      _ = makeTuner().tile(.forward(nil), among: tiles, push: push(), runs: 1, splits: 1)
      let others = [ProductTile(8, 4, .storage), ProductTile(4, 8, .storage)]
      let next = makeTuner()
      #expect(others.contains(next.tile(.forward(nil), among: others, push: push(), runs: 1, splits: 1)))
    }
  }

  @Test func theFastestIsTakenUnlessItComputesSomethingElse() {
    let hashes = (ContentHash("right"), ContentHash("wrong"))
    func fastest(_ seconds: [Double], wrong: Set<Int> = []) -> Int {
      let tiles = seconds.indices.map { ProductTile(4 + $0, 4, .storage) }
      let trials = zip(tiles, seconds).enumerated().map { place, trial in
        TileTuner.Trial(
          tile: trial.0, seconds: trial.1, result: wrong.contains(place) ? hashes.1 : hashes.0)
      }
      return TileTuner.fastest(trials).rows - 4
    }
    #expect(fastest([3, 2, 1]) == 2)
    #expect(fastest([3, 2, 1], wrong: [2]) == 1)
    #expect(fastest([3, 2.99, 2.98]) == 0)
    #expect(fastest([1, 2]) == 0)
    #expect(fastest([2, 1], wrong: [1]) == 0)
  }

  @Test func trialsFitTheDevice() throws {
    let device = try TestDevice.make(validation: .off).description
    for (rows, runs) in [(1, 1), (129, 11), (8192, 200), (1 << 20, 1)] {
      let product = TrialProduct(
        .backwardWeights, push(rows: UInt32(rows), inputs: 664, columns: 512), runs: runs, splits: 4
      ).shrunk(for: device)
      #expect(product.rows <= max(rows, 64) && product.runs <= runs)
      #expect(product.rows & (product.rows - 1) == 0 && product.runs & (product.runs - 1) == 0)
      #expect(product.runs * product.paddedRows * 664 * 4 <= 16 << 20 || product.rows == 64)
    }
  }

  @Test(arguments: [
    (DeviceProfile.software, 4, "8x8, 8x16, 16x8, 16x16"), (.graphics, 16, "4x4, 8x4, 4x8, 8x8"),
    (.matrixUnits, 8, "64x32, 64x64, 128x64, 128x128"),
  ])
  func tilesThatNoKernelHasAreRefused(profile: DeviceProfile, rows: Int, mentions: String) throws {
    var profile = profile
    profile.tiles = .shape(rows: rows, columns: 5)
    let device = try TestDevice.make(validation: .off, profile: profile)
    let error = #expect(throws: VulkanError.self) { try DenseKernels(device: device, precision: .mixed) }
    #expect(error?.description.contains("\(rows)x5") == true && error?.description.contains(mentions) == true)
  }

  @Test(.enabled(if: TestDevice.profiles.contains(.host))) func theHostHasNoTiles() throws {
    var profile = DeviceProfile.host
    profile.tiles = .shape(rows: 8, columns: 8)
    let device = try TestDevice.make(validation: .off, profile: profile)
    let error = #expect(throws: VulkanError.self) {
      try PolicyNetwork(
        architecture: try PolicyNetworkTests.shared(), observation: .bits(words: 2), device: device,
        table: BufferTable(device: nil), windowRuns: 1, rowCapacity: 1, training: false)
    }
    #expect(error?.kind == .unsuitableProducts)
  }

  @Test func tilesAreReadAsTheyAreWritten() {
    for tile in tiles { #expect(ProductTile(tile.description) == tile) }
    for text in ["", "4x4", "4x4 paper", "x4 storage"] { #expect(ProductTile(text) == nil) }
  }

  /// What makes measuring harmless: all tiles, loads and families without matrix units give the same bytes.
  @Test func resultsDoNotDependOnTheTile() throws {
    var profiles: [DeviceProfile] = []
    for (family, tiles) in [
      (.software, .shape(rows: 8, columns: 8)), (.software, .shape(rows: 8, columns: 16)),
      (.graphics, .shape(rows: 8, columns: 8)), (.graphics, .measured),
    ] as [(DeviceProfile, DeviceProfile.Tiles)] {
      var profile = family
      profile.tiles = tiles
      profiles.append(profile)
    }
    func expectTheSame(_ profiles: [DeviceProfile], _ precision: Precision) throws {
      let results = try profiles.map {
        try PolicyNetworkHarness(
          architecture: PolicyNetworkTests.separate(), profile: $0, precision: precision,
          counts: [(all: 150, acting: 90)]
        ).pass(runs: [0], chunk: 256)
      }
      for result in results.dropFirst() { #expect(result == results[0]) }
    }
    try expectTheSame([.software] + profiles, .float32)
    try expectTheSame([.software, .graphics], .mixed)
  }

  @Test func tilesOfMatrixUnitsGiveTheSameBytes() throws {
    let results = try [(64, 32), (64, 64), (128, 128)].map { rows, columns in
      var profile = DeviceProfile.matrixUnits
      profile.tiles = .shape(rows: rows, columns: columns)
      return try PolicyNetworkHarness(
        architecture: PolicyNetworkTests.separate(), profile: profile, precision: .mixed,
        counts: [(all: 150, acting: 90)]
      ).pass(runs: [0], chunk: 256)
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }
}

extension URL {
  fileprivate var modified: Date {
    get throws { try resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate ?? .distantPast }
  }
}
