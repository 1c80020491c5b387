// Reading metrics.jsonl.
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct MetricsReaderTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func metrics(run: Int, update: Int, episodeReturn: Float? = 1.5, name: String = "seed=0") -> RunMetrics {
    RunMetrics(
      run: run, name: name, seed: 0, configuration: "default", update: update, envSteps: update * 100,
      learningRate: 5e-4, entropyCoefficient: 0.01,
      totalLoss: -0.25,
      policyLoss: 1e-9, valueLoss: 3, entropy: 0.7, approximateKL: 0.01, clipFraction: 0, explainedVariance: nil,
      gradientNorm: 1, episodes: 7, episodeReturn: episodeReturn, episodeLength: 12,
      outcomes: [.init("bombed", 0.25), .init("perfect", nil)])
  }

  private func read(
    _ bytes: Data, keys: [String] = ["entropy", "episode_return", "outcomes.bombed", "outcomes.perfect"],
    pieceSize: Int = 1 << 22
  ) throws -> (lines: [MetricsReader.Line], count: MetricsReader.Count) {
    let file = folder.file("metrics.jsonl")
    try bytes.write(to: file)
    var lines: [MetricsReader.Line] = []
    let count = try MetricsReader(file.path, keys: keys, pieceSize: pieceSize).read { lines.append($0) }
    return (lines, count)
  }

  @Test func whatTheWriterWritesIsRead() throws {
    let all = (1...3).flatMap { update in
      [metrics(run: 0, update: update, name: "a \"b\\c\" d"), metrics(run: 5, update: update, episodeReturn: nil)]
    }
    let (lines, count) = try read(Data(all.map { $0.json + "\n" }.joined().utf8))
    #expect(count.lines == 6 && count.invalidLines == 0 && !count.endsInsideLine)
    #expect(lines.map(\.run) == [0, 5, 0, 5, 0, 5])
    #expect(lines.map(\.update) == [1, 1, 2, 2, 3, 3])
    #expect(lines.map(\.envSteps) == [100, 100, 200, 200, 300, 300])
    #expect(lines.allSatisfy { $0.episodes == 7 })
    #expect(Array(lines[0].values.prefix(3)) == [0.7, 1.5, 0.25])
    #expect(lines[0].values[3].isNaN && lines[1].values[1].isNaN)
  }

  @Test func anyJSONAroundTheWantedNumbersIsPassedOver() throws {
    let line =
      #" { "new" : [1, {"entropy": 9}, "]}", [], true] , "run":3,"note":"\"update\":77","update": 12,"env_steps":1.2e3,"#
      + #""deep":{"outcomes":{"bombed":5}},"entropy":-1.5E-2,"outcomes":{"other":{},"bombed":null,"perfect":1}}"#
    let (lines, count) = try read(Data((line + "\r\n").utf8))
    #expect(count.lines == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(lines[0].run == object["run"] as? Int)
    #expect(lines[0].update == object["update"] as? Int)
    #expect(lines[0].envSteps == 1200 && lines[0].episodes == 0)
    #expect(lines[0].values[0] == object["entropy"] as? Double)
    #expect(lines[0].values[1].isNaN && lines[0].values[2].isNaN)
    #expect(lines[0].values[3] == 1)
  }

  @Test func aLastLineCutShortIsLeftOut() throws {
    let whole = metrics(run: 0, update: 1).json + "\n"
    for length in [1, 20, whole.utf8.count - 1] {
      let (lines, count) = try read(Data((whole + String(whole.prefix(length))).utf8))
      #expect(lines.count == 1 && count.endsInsideLine && count.invalidLines == 0, "\(length)")
    }
  }

  @Test func linesThatAreNotMetricsAreCounted() throws {
    let good = metrics(run: 0, update: 1).json
    let bad = [
      "", "{}", "null", "[1]", #"{"run":0}"#, #"{"run":0,"update":1,"env_steps":"2"}"#, good + good,
      String(good.dropLast()),
      #"{"run":0.5,"update":1,"env_steps":2}"#, #"{"run":-1,"update":1,"env_steps":2}"#, "\0\0\0\0",
      #"{"run":0,"update":1,"env_steps":2,"entropy":tru}"#, #"{"run":0,"update":1,"env_steps":2,}"#,
      #"{"run":0,"update":1,"env_steps":2,"note":"open}"#, #"{"run":0,"update":1,"env_steps":1e400}"#,
    ]
    let (lines, count) = try read(Data(([good] + bad + [good]).map { $0 + "\n" }.joined().utf8))
    #expect(lines.count == 2)
    #expect(count.invalidLines == bad.count)
    #expect(count.firstInvalidLine == 2)
  }

  @Test(arguments: [1, 7, 64, 4096]) func piecesDoNotMatter(pieceSize: Int) throws {
    let text = (1...40).map { metrics(run: $0, update: $0).json + "\n" }.joined()
    let (lines, count) = try read(Data(text.utf8), pieceSize: pieceSize)
    #expect(lines.map(\.run) == Array(1...40) && count.lines == 40 && count.invalidLines == 0)
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: MetricsWriter.Failure.self) {
      try MetricsReader("/nowhere/metrics.jsonl", keys: []).read { _ in }
    }
  }
}
