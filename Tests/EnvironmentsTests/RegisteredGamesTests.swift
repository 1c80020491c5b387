// What docs/adding-an-environment.md asks of a game beside its code: a game that is registered and forgets a file fails here.
import Foundation
import TestSupport
import Testing

@testable import Environments

@Suite struct RegisteredGamesTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func games(_ name: String) throws -> [any Environment] {
    try EnvironmentVariant.all.filter { $0.name == name }.map { try $0.make() }
  }

  @Test(arguments: EnvironmentRegistry.names)
  func everyGameHasVariantsForTheTestsOfAllGames(name: String) throws {
    #expect(try !games(name).isEmpty, "add it to EnvironmentVariant.all")
  }

  @Test(arguments: EnvironmentRegistry.names)
  func everyGameHasAShaderFolderOfItsOwn(name: String) throws {
    for game in try games(name) {
      let folders = Set([game.resetKernel, game.stepKernel, game.observeKernel].map { $0.prefix { $0 != "/" } })
      let folder = try #require(folders.first)
      #expect(folders.count == 1 && folder != "Common", "\(folders)")
      let swift = Self.root.appending(path: "Sources/Environments/\(folder)", directoryHint: .isDirectory)
      #expect(FileManager.default.fileExists(atPath: swift.path), "\(swift.path)")
    }
  }

  @Test(arguments: EnvironmentRegistry.names)
  func everyGameHasAPageThatTheListOfPagesNames(name: String) throws {
    let page = "\(name.replacing("_", with: "-")).md"
    let path = Self.root.appending(path: "docs/environments/\(page)").path
    #expect(FileManager.default.fileExists(atPath: path), "\(path)")
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    #expect(readme.contains("docs/environments/\(page)"), "README.md does not name it")
  }

  @Test(arguments: EnvironmentRegistry.names)
  func everyGameHasAConfigurationToTrainIt(name: String) throws {
    let folder = Self.root.appending(path: "Configurations")
    let texts = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "yaml" }.map { try String(contentsOf: $0, encoding: .utf8) }
    #expect(texts.contains { $0.contains(try! Regex("name: *\(name)\\b")) })
  }

  @Test(arguments: EnvironmentRegistry.names)
  func everyGameIsCheckedByTheConformanceSuite(name: String) throws {
    let folder = Self.root.appending(path: "Tests/EnvironmentsTests")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
    let game = try #require(try games(name).first)
    let type = "\(type(of: game))".replacing("Environment", with: "")
    let suites = files?.map(\.lastPathComponent).filter { $0 == "\(type)ConformanceTests.swift" } ?? []
    #expect(suites.count == 1, "add \(type)ConformanceTests.swift, which calls EnvironmentConformance.check")
  }
}
