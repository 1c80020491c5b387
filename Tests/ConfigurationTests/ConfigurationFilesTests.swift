// The configurations that come with the project.
import Configuration
import Environments
import Foundation
import Testing

struct ConfigurationFilesTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Configurations").standardizedFileURL

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
    try configuration.validate(for: environment)
    #expect(try TrainingConfiguration(yaml: configuration.yaml(), file: file) == configuration)
  }

  /// Every line with a value says whether it is known from the paper, JaxMARL's or ours, unless all of them are ours.
  @Test(arguments: files())
  func everyValueNamesItsSource(file: String) throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
    guard !text.contains("Every value is\n# ours") && !text.contains("Every value is ours") else { return }
    for line in text.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix("name:") {
      let isSection = line.hasSuffix(":")
      #expect(isSection || ["[P]", "[J]", "[O]"].contains { line.contains($0) }, "\(line)")
    }
  }
}
