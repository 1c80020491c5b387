// The configurations that come with the project.
import Environments
import Foundation
import Testing
import Training

struct ConfigurationFilesTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Configurations").standardizedFileURL

  static func files() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted()
  }

  @Test func thereAreConfigurations() {
    #expect(Self.files().contains("hanabi-tiny-demo.yaml"))
  }

  @Test(arguments: files())
  func everyConfigurationIsValidAndNamedLikeItsFile(file: String) throws {
    let configuration = try TrainingConfiguration(contentsOf: Self.folder.appendingPathComponent(file).path)
    #expect("\(configuration.name).yaml" == file)
    let environment = try EnvironmentRegistry.make(
      name: configuration.environment.name, parameters: configuration.environment.parameters)
    try configuration.validate(agentCount: environment.agentCount)
    #expect(try TrainingConfiguration(yaml: configuration.yaml(), file: file) == configuration)
  }
}
