// metrics.jsonl: one object per run and update, continued without gaps or repetitions.
import Foundation
import TestSupport
import Testing
import Training

struct MetricsWriterTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("metrics.jsonl").path
  }

  func metrics(run: Int = 0, update: Int, value: Float = 0.25, episodeReturn: Float? = 1.5) -> RunMetrics {
    RunMetrics(
      run: run, name: "seed=\(run)", seed: UInt64(run), configuration: "default", update: update,
      envSteps: update * 100, learningRate: 5e-4,
      entropyCoefficient: 0.01, totalLoss: value,
      policyLoss: value, valueLoss: value, entropy: value, approximateKL: value, clipFraction: value,
      explainedVariance: value, gradientNorm: value, episodes: 3, episodeReturn: episodeReturn, episodeLength: 9)
  }

  func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  func updates() throws -> [Int] {
    try text().split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["update"] as? Int)
    }
  }

  func write(updates: ClosedRange<Int>, runs: Int = 2) throws {
    let writer = try MetricsWriter(creating: path)
    for update in updates { try writer.append((0..<runs).map { metrics(run: $0, update: update) }) }
    try writer.synchronize()
  }

  @Test func aLineHasEveryQuantityInAFixedOrder() {
    #expect(
      metrics(update: 2).json
        == #"{"run":0,"name":"seed=0","seed":0,"configuration":"default","update":2,"env_steps":200,"episodes":3,"#
        + #""learning_rate":0.0005,"entropy_coefficient":0.01,"#
        + #""total_loss":0.25,"policy_loss":0.25,"value_loss":0.25,"entropy":0.25,"approximate_kl":0.25,"#
        + #""clip_fraction":0.25,"explained_variance":0.25,"gradient_norm":0.25,"episode_return":1.5,"#
        + #""episode_length":9.0}"#)
  }

  private func numbers(_ key: String) throws -> [Double] {
    try text().split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?[key] as? Double)
    }
  }

  @Test func linesSayHowLongTheTrainingTook() throws {
    try write(updates: 1...3)
    let (seconds, rates) = (try numbers("seconds"), try numbers("env_steps_per_second"))
    #expect(seconds == seconds.sorted() && seconds[0] >= 0 && seconds[5] < 60)
    // Both runs of an update have the same clock.
    #expect(seconds[0] == seconds[1] && rates[4] == rates[5] && rates.allSatisfy { $0 > 0 })

    // As if the training before had taken 1,000 seconds longer.
    let longer = try text().split(separator: "\n").map { line in
      String(line).replacing(/"seconds":[0-9.]+/, with: #""seconds":1000.0"#) + "\n"
    }
    try Data(longer.joined().utf8).write(to: URL(fileURLWithPath: path))
    let writer = try MetricsWriter(resuming: path, after: { _ in 2 })
    try writer.append([metrics(run: 0, update: 3), metrics(run: 1, update: 3)])
    let continued = try numbers("seconds")
    #expect(continued.count == 6 && continued[5] >= 1000 && continued[5] < 1060)
    // 100 env steps of each of two runs, in less than a minute.
    #expect(try numbers("env_steps_per_second")[5] > 200 / 60)
  }

  @Test func outcomesFollowWhereAGameHasThem() {
    var line = metrics(update: 2)
    line.outcomes = [RunMetrics.Outcome("bombed", 0.5), RunMetrics.Outcome("perfect_given_not_bombed", nil)]
    #expect(line.json.hasSuffix(#","episode_length":9.0,"outcomes":{"bombed":0.5,"perfect_given_not_bombed":null}}"#))
  }

  @Test func whatIsNotFiniteBecomesNull() throws {
    let line = metrics(update: 1, value: .nan, episodeReturn: nil).json
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    #expect(object?["entropy"] is NSNull)
    #expect(object?["episode_return"] is NSNull)
    #expect(metrics(update: 1, value: .infinity).firstNotFinite == "total_loss")
    #expect(metrics(update: 1, episodeReturn: nil).firstNotFinite == nil)
  }

  @Test func aRunThatDivergedIsMarked() {
    var line = metrics(update: 2)
    line.hasDiverged = true
    #expect(line.json.hasSuffix(#","episode_length":9.0,"diverged":true}"#))
  }

  @Test func namesAreEscaped() throws {
    var line = metrics(update: 1)
    line.name = "a\"b\\c\nd\u{1}"
    let object = try JSONSerialization.jsonObject(with: Data(line.json.utf8)) as? [String: Any]
    #expect(object?["name"] as? String == line.name)
  }

  @Test func everyUpdateIsOnDiskWhenAppendReturns() throws {
    let writer = try MetricsWriter(creating: path)
    try writer.append([metrics(run: 0, update: 1), metrics(run: 1, update: 1)])
    #expect(try updates() == [1, 1])
    try writer.append([metrics(run: 0, update: 2), metrics(run: 1, update: 2)])
    #expect(try updates() == [1, 1, 2, 2])
  }

  @Test func aNewTrainingDoesNotOverwriteMetrics() throws {
    try write(updates: 1...2)
    let before = try text()
    let error = #expect(throws: MetricsWriter.Failure.self) { try MetricsWriter(creating: path) }
    #expect(error?.description.hasPrefix("\(path): holds metrics already") == true)
    #expect(try text() == before)
  }

  @Test(arguments: 0...5)
  func resumingDropsTheUpdatesBehindTheCheckpoint(checkpoint: Int) throws {
    try write(updates: 1...5)
    let writer = try MetricsWriter(resuming: path, after: { _ in checkpoint })
    try writer.append([metrics(run: 0, update: checkpoint + 1), metrics(run: 1, update: checkpoint + 1)])
    #expect(try updates() == (1...checkpoint + 1).flatMap { [$0, $0] })
  }

  @Test func resumingDropsALineCutShort() throws {
    try write(updates: 1...3)
    try text().dropLast(20).description.write(toFile: path, atomically: false, encoding: .utf8)
    _ = try MetricsWriter(resuming: path, after: { _ in 3 })
    #expect(try updates() == [1, 1, 2, 2, 3])
  }

  @Test func resumedFilesEqualUninterruptedOnes() throws {
    try write(updates: 1...6)
    let whole = try text()
    let writer = try MetricsWriter(resuming: path, after: { _ in 2 })
    for update in 3...6 { try writer.append([metrics(run: 0, update: update), metrics(run: 1, update: update)]) }
    #expect(try text().withoutTimes == whole.withoutTimes)
  }

  /// Waves: runs 0 and 1 are finished, runs 2 and 3 begin again behind their checkpoint.
  @Test func resumingKeepsTheRunsOfEarlierWaves() throws {
    try write(updates: 1...4)
    let writer = try MetricsWriter(resuming: path, after: { _ in 4 })
    for update in 1...3 { try writer.append((2...3).map { metrics(run: $0, update: update) }) }
    _ = try MetricsWriter(resuming: path, after: { $0 < 2 ? 4 : 2 })
    #expect(try updates() == [1, 1, 2, 2, 3, 3, 4, 4, 1, 1, 2, 2])
    _ = try MetricsWriter(resuming: path, after: { $0 < 2 ? 4 : 0 })
    #expect(try updates() == [1, 1, 2, 2, 3, 3, 4, 4])
  }

  @Test func resumingWalksBackOverManyLines() throws {
    try write(updates: 1...600, runs: 20)
    _ = try MetricsWriter(resuming: path, after: { _ in 3 })
    #expect(try updates().count == 60)
  }

  @Test func resumingStartsAFileThatIsMissing() throws {
    try MetricsWriter(resuming: path, after: { _ in 4 }).append([metrics(update: 5)])
    #expect(try updates() == [5])
  }

  @Test func aForeignFileIsRefusedAndKept() throws {
    try "not metrics\n".write(toFile: path, atomically: false, encoding: .utf8)
    let error = #expect(throws: MetricsWriter.Failure.self) { try MetricsWriter(resuming: path, after: { _ in 1 }) }
    #expect(error?.description == "\(path): the line at byte 0 is not a line of metrics")
    #expect(try text() == "not metrics\n")
  }

  @Test func aFolderThatDoesNotExistIsNamed() {
    let error = #expect(throws: MetricsWriter.Failure.self) { try MetricsWriter(creating: "no/such/metrics.jsonl") }
    #expect(error?.description == "no/such/metrics.jsonl: cannot be opened for writing")
  }
}
