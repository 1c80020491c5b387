// Checkpoints: complete or absent, the latest is found, damage is reported, old ones go.
import Files
import Foundation
import Runs
import TestSupport
import Testing

struct CheckpointFolderTests {
  struct State: Codable, Sendable, Equatable { var steps: Int }
  struct Interruption: Error {}

  let temporary: TemporaryFolder
  let folder: CheckpointFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = CheckpointFolder(temporary.file("checkpoints"))
  }

  func write(_ update: Int) throws {
    let tensors = [Tensor("weights", shape: [3], [Float(update), 1, 2])]
    try folder.write(update: update, tensors: tensors, description: State(steps: update * 10))
  }

  func contents() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }

  @Test func withoutCheckpointsThereIsNoLatest() throws {
    #expect(try folder.latest() == nil)
    #expect(try folder.updates().isEmpty)
  }

  @Test func theLatestCheckpointReadsBack() throws {
    for update in [2, 10, 1_234_567] { try write(update) }
    #expect(try contents() == ["000002", "000010", "1234567"])
    let latest = try #require(try folder.latest())
    #expect(latest.update == 1_234_567)
    #expect(try latest.state.read("weights") == [Float(1_234_567), 1, 2])
    #expect(try latest.description() == State(steps: 12_345_670))
  }

  /// A training that goes on replaces the latest checkpoint while others read it.
  @Test func aCheckpointThatIsReplacedMeanwhileIsReadOrItsSuccessor() async throws {
    try write(1)
    async let read: Void = readUntil(update: 150)
    for update in 2...150 {
      try write(update)
      try folder.prune(keeping: 1)
    }
    try await read
  }

  private func readUntil(update end: Int) async throws {
    var last = 1
    while last < end, !Task.isCancelled {
      let latest = try #require(try folder.latest())
      #expect(latest.update >= last)
      #expect(try latest.description() == State(steps: latest.update * 10))
      let record: CheckpointRecord<State> = try #require(try folder.latestRecord())
      #expect(record.description == State(steps: record.update * 10) && record.update >= latest.update)
      last = record.update
    }
  }

  @Test func incompleteFoldersAreIgnored() throws {
    try write(1)
    for (name, files) in [
      ("000002", ["state.json"]), ("000003", ["state.safetensors"]), ("7", ["state.json", "state.safetensors"]),
      (".writing-000004", []),
    ] {
      let url = folder.url.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      for file in files { try Data("x".utf8).write(to: url.appendingPathComponent(file)) }
    }
    #expect(try folder.latest()?.update == 1)
    try write(2)
    #expect(try folder.latest()?.update == 2)
  }

  @Test func whatIsToStayIsNotPruned() throws {
    for update in 1...6 { try write(update) }
    try folder.prune(keeping: 2) { $0 == 2 }
    #expect(try folder.updates() == [2, 5, 6])
    #expect(try folder.checkpoint(ofUpdate: 2)?.update == 2)
    #expect(try folder.checkpoint(ofUpdate: 3) == nil)
  }

  @Test func aFailureHalfwayLeavesNothing() throws {
    try write(1)
    let broken = Tensor("weights", shape: [3], pieces: 1) { _ -> [Float] in throw Interruption() }
    #expect(throws: Interruption.self) {
      try folder.write(update: 2, tensors: [broken], description: State(steps: 0))
    }
    #expect(try contents() == ["000001"])
    #expect(try folder.latest()?.update == 1)
  }

  @Test func aCheckpointIsNeverOverwritten() throws {
    try write(1)
    let failure = #expect(throws: FileFailure.self) { try write(1) }
    #expect(failure?.problem == "exists already; checkpoints are never overwritten")
  }

  @Test func onlyTheLastOnesAreKept() throws {
    for update in 1...5 { try write(update) }
    for name in [".writing-000009", ".removing-000001"] {
      let url = folder.url.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    try folder.prune(keeping: 2)
    #expect(try contents() == ["000004", "000005"])
  }

  @Test func aTruncatedStateIsNamed() throws {
    try write(1)
    let url = folder.url.appendingPathComponent("000001/state.safetensors")
    try Data(contentsOf: url).dropLast(3).write(to: url)
    let failure = #expect(throws: FileFailure.self) { try folder.latest() }
    #expect(failure?.path == url.path)
    #expect(failure?.problem.hasPrefix("is cut short") == true)
  }

  @Test func aFlippedBitIsFound() throws {
    try write(1)
    let url = folder.url.appendingPathComponent("000001/state.safetensors")
    var data = try Data(contentsOf: url)
    data[data.count - 1] ^= 1
    try data.write(to: url)
    let failure = #expect(throws: FileFailure.self) { try folder.latest() }
    #expect(failure?.problem.hasPrefix("is damaged") == true)
  }

  @Test func aChangedDescriptionIsFound() throws {
    try write(1)
    let url = folder.url.appendingPathComponent("000001/state.json")
    let whole = try Data(contentsOf: url)
    for place in whole.indices where whole[place] != UInt8(ascii: "\n") {
      var data = whole
      data[place] ^= 1
      try data.write(to: url)
      #expect(throws: FileFailure.self, "byte \(place)") { try folder.latest() }
    }
    try whole.write(to: url)
    #expect(try folder.latest()?.description() == State(steps: 10))
  }

  /// Checkpoints of versions before the description had a hash of itself.
  @Test func aDescriptionOfTheFirstFormatIsRead() throws {
    try write(1)
    let url = folder.url.appendingPathComponent("000001/state.json")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    let unsealed = lines.filter { !$0.contains("document_hash") }.joined(separator: "\n")
    try Data(unsealed.utf8).write(to: url)
    let failure = #expect(throws: FileFailure.self) { try folder.latest() }
    #expect(failure?.problem.hasPrefix("is damaged: it has no document_hash") == true)
    try Data(unsealed.replacing("\"format\" : 2", with: "\"format\" : 1").utf8).write(to: url)
    #expect(try folder.latest()?.description() == State(steps: 10))
  }

  @Test(arguments: [
    ("{", "is not a checkpoint's description: it is not valid JSON"),
    ("{}", "is not a checkpoint's description: format is missing"),
    (#"{"format": "1"}"#, "is not a checkpoint's description: format has the wrong type"),
    (
      #"{"format": 7}"#,
      "is not a checkpoint's description: format: format 7 was written by another version; this one reads 1 to 2"
    ),
  ])
  func aWrongDescriptionIsNamed(json: String, problem: String) throws {
    try write(1)
    let url = folder.url.appendingPathComponent("000001/state.json")
    try Data(json.utf8).write(to: url)
    let failure = #expect(throws: FileFailure.self) { try folder.latest() }
    #expect(failure?.path == url.path)
    #expect(failure?.problem == problem)
  }
}
