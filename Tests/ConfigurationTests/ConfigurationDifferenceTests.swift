import Configuration
import Foundation
import Testing

@Suite struct ConfigurationDifferenceTests {
  private func configuration(_ overrides: String...) throws -> TrainingConfiguration {
    try TrainingConfiguration(
      yaml: "environment: {name: levers}\nseeds: 2\nsweep: {gamma: [0.9, 1]}\n", file: "test", overrides: overrides)
  }

  @Test func everyDifferentKeyIsNamedWithBothValues() throws {
    let before = try configuration()
    #expect(before.differences(from: before).isEmpty)
    let now = try configuration(
      "seeds=[3, 8]", "sweep=", "gamma=0.9", "network.gru=8", "evaluation.games=7", "environment.levers=3")
    #expect(
      now.differences(from: before).map(\.text) == [
        "environment.levers is 3 instead of absent",
        "seeds is [3, 8] instead of 2", "gamma is 0.9 instead of absent", "network.gru is 8 instead of null",
        "evaluation.games is 7 instead of 1000", "sweep.gamma is absent instead of [0.9, 1.0]",
      ])
  }

  /// The table of docs/configuration.md and the program agree on what may change, and the table has every key.
  @Test func theDocumentationSaysWhatMayChange() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/configuration.md").standardizedFileURL
    var documented: [String: ConfigurationChange] = [:]
    for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let changes: [String: ConfigurationChange] = ["no": .fixed, "yes": .free, "grow": .growing]
      guard cells.count == 4, let change = changes[cells[2]] else { continue }
      for key in cells[0].matches(of: /`([a-z_.0-9A-Z]+)`/) { documented[String(key.1)] = change }
    }
    for (key, change) in documented { #expect(ConfigurationChange(key) == change, "\(key)") }
    for whole in [
      try configuration("init_from=a:0", "final_entropy_coefficient=1", "sweep="),
      try configuration("entropy_schedule=[[0, 1], [1, 2]]", "sweep="),
    ] {
      let object = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(whole)) as? [String: Any])
      for (key, value) in object where key != "environment" {
        let keys = (value as? [String: Any]).map { $0.keys.map { "\(key).\($0)" } } ?? [key]
        for key in keys { #expect(documented[key] != nil, "\(key)") }
      }
    }
  }
}
