// What docs/adding-an-environment.md asks of a game beside its code: a game that is registered and forgets a file fails here.
import Configuration
import Environments
import Foundation
import TestSupport
import Testing

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
    let isNamed = readme.contains("docs/environments/\(page)")
    #expect(isNamed, "README.md does not name docs/environments/\(page)")
  }

  @Test(arguments: EnvironmentRegistry.names)
  func everyGameHasAConfigurationToTrainIt(name: String) throws {
    let folder = Self.root.appending(path: "Configurations")
    let configurations = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "yaml" }.map { try TrainingConfiguration(contentsOf: $0.path) }
    let trained = Set(configurations.map(\.environment.name))
    #expect(trained.contains(name), "add a configuration for it")
  }

  @Test(arguments: EnvironmentRegistry.names)
  func everyGameIsCheckedByTheConformanceSuite(name: String) throws {
    let folder = Self.root.appending(path: "Tests/EnvironmentsTests")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
    let game = try #require(try games(name).first)
    let type = "\(type(of: game))".replacing("Environment", with: "")
    let suite = try #require(
      files?.first { $0.lastPathComponent == "\(type)ConformanceTests.swift" }, "add \(type)ConformanceTests.swift")
    let text = try String(contentsOf: suite, encoding: .utf8)
    #expect(text.contains("EnvironmentConformance.check("), "\(suite.lastPathComponent) checks nothing")
  }
}
