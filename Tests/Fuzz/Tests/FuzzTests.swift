import Foundation
import FuzzTargets
import Testing

/// Every reader of files with our own files, with those that once made it crash or hang, and with both damaged at random.
/// `scripts/fuzz` explores further; here seeds and counts are fixed, so that what it may find blocks nobody.
@Suite(.serialized) struct FuzzTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private static func files(_ folder: String, _ target: FuzzTarget) throws -> [(name: String, bytes: Data)] {
    let place = root.appendingPathComponent(folder).appendingPathComponent(target.rawValue)
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { !$0.hasPrefix(".") }.sorted()
    return try names.map { ($0, try Data(contentsOf: place.appendingPathComponent($0))) }
  }

  @Test(arguments: FuzzTarget.allCases) func seedsAreTaken(target: FuzzTarget) throws {
    let files = try Self.files("Corpus", target)
    #expect(!files.isEmpty)
    for file in files { #expect(target.takes(file.bytes), "\(file.name)") }
    FuzzTarget.removeFiles()
  }

  @Test(arguments: FuzzTarget.allCases) func whatOnceCrashedIsRefused(target: FuzzTarget) throws {
    let files = try Self.files("Regressions", target)
    #expect(!files.isEmpty)
    for file in files { #expect(!target.takes(file.bytes), "\(file.name)") }
    FuzzTarget.removeFiles()
  }

  /// A crash ends the tests; the number of the input is what makes it again.
  @Test(.timeLimit(.minutes(5)), arguments: FuzzTarget.allCases) func damagedFilesAreTakenOrRefused(target: FuzzTarget)
    throws
  {
    let seeds = try (Self.files("Corpus", target) + Self.files("Regressions", target)).map(\.bytes)
      .filter { $0.count < 1 << 14 }
    var refused = 0
    let count = 400
    for number in 0..<count {
      var mutator = Mutator(seed: UInt64(number))
      if !target.takes(mutator.damage(seeds)) { refused += 1 }
    }
    // Damage is seen: most of it makes a file that is none.
    #expect(refused > count / 10)
    FuzzTarget.removeFiles()
  }
}
