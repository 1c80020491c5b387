// Event files of TensorBoard: framing, checksums and what they hold. scripts/check-tracking reads them with tensorboard.
import Files
import Foundation
import TestSupport
import Testing
import Training

@testable import Runs

@Suite struct TensorBoardTests {
  private let folder: TemporaryFolder
  private let configuration = """
    environment: {name: hanabi, preset: tiny}
    seeds: 2
    environments: 8
    rollout_length: 16
    total_env_steps: 1024
    minibatches: 2
    sweep: {entropy_coefficient: [0.01, 0.5]}

    """

  init() throws {
    folder = try TemporaryFolder()
    try Data(configuration.utf8).write(to: folder.file("config.yaml"))
  }

  private func metrics(run: Int, update: Int, episodeReturn: Float?) -> RunMetrics {
    RunMetrics(
      run: run, name: "?", seed: 0, configuration: "?", update: update, envSteps: update * 128, learningRate: 5e-4,
      entropyCoefficient: 0.01, totalLoss: -1, policyLoss: 2, valueLoss: 3, entropy: 0.5, approximateKL: 0,
      clipFraction: 0, explainedVariance: nil, gradientNorm: .infinity, episodes: 2, episodeReturn: episodeReturn,
      episodeLength: nil, outcomes: [.init("bombed", 0.25), .init("perfect", nil)])
  }

  /// The events of one run: wall time, step, and their summaries' values.
  private func events(_ run: String) throws -> [(wallTime: Double, step: Int, event: ProtobufReader)] {
    var rest = try Data(
      contentsOf: folder.file("tensorboard/\(run)/\(TensorBoardFolder.fileName)"))
    var events: [(wallTime: Double, step: Int, event: ProtobufReader)] = []
    while !rest.isEmpty {
      let length = Data(rest.prefix(8))
      let count = length.reversed().reduce(0) { $0 << 8 | Int($1) }
      let body = Data(rest.dropFirst(12).prefix(count))
      #expect(Data(rest.dropFirst(8).prefix(4)) == EventRecord.checksum(length))
      #expect(Data(rest.dropFirst(12 + count).prefix(4)) == EventRecord.checksum(body))
      let event = try ProtobufReader(body)
      events.append((try #require(try event.doubles(1).first), try #require(try event.integers(2).first), event))
      rest = Data(rest.dropFirst(16 + count))
    }
    return events
  }

  private func scalars(_ event: ProtobufReader) throws -> [String: Float] {
    let values = try event.message(5).messages(1)
    return Dictionary(uniqueKeysWithValues: try values.map { (try $0.texts(1)[0], try $0.floats(2)[0]) })
  }

  /// Of 32 bytes of 0 the checksum is 0x8a9136aa (RFC 3720, B.4), and 0x0fd7fffa with TensorFlow's mask.
  @Test func checksumsAreThoseOfTheFormat() {
    #expect(Array(EventRecord.checksum(Data(repeating: 0, count: 32))) == [0xfa, 0xff, 0xd7, 0x0f])
  }

  @Test func everyRunHasItsUpdatesAndHyperparameters() throws {
    let lines = [metrics(run: 0, update: 1, episodeReturn: 1.5), metrics(run: 3, update: 1, episodeReturn: nil)]
    let writer = try MetricsWriter(creating: folder.file("metrics.jsonl").path)
    try writer.append(lines)
    let board = try TensorBoardFolder(of: folder.url)
    try board.append([metrics(run: 3, update: 2, episodeReturn: 4)])

    let first = try events("entropy_coefficient=0.01_seed=0")
    #expect(try first[0].event.texts(3) == ["brain.Event:2"])
    #expect(first.map(\.step) == [0, 0, 128])
    let text = try first[1].event.message(5).message(1)
    #expect(try text.texts(1) == ["hyperparameters"])
    #expect(try text.message(8).texts(8)[0].contains("| entropy_coefficient | 0.01 |"))
    #expect(try text.message(9).message(1).texts(1) == ["text"])
    let values = try scalars(first[2].event)
    #expect(values["episode_return"] == 1.5 && values["entropy"] == 0.5 && values["outcomes/bombed"] == 0.25)
    // What is not a number is left out.
    #expect(values["gradient_norm"] == nil && values["explained_variance"] == nil && values["outcomes/perfect"] == nil)

    let last = try events("entropy_coefficient=0.5_seed=1")
    #expect(last.map(\.step) == [0, 0, 128, 256])
    #expect(try scalars(last[2].event)["episode_return"] == nil)
    #expect(try scalars(last[3].event)["episode_return"] == 4)
    #expect(last.map(\.wallTime) == last.map(\.wallTime).sorted())
    // A run without metrics so far.
    #expect(try events("entropy_coefficient=0.5_seed=0").count == 2)

    // Again from the file: what was only appended to the events is gone.
    _ = try TensorBoardFolder(of: folder.url)
    #expect(try events("entropy_coefficient=0.5_seed=1").map(\.step) == [0, 0, 128])
  }
}
