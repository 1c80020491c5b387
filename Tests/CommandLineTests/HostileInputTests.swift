import Files
import Foundation
import TestSupport
import Testing

/// Files that nobody has in earnest: one sentence, exit code 1, and no more memory or time than other files need.
@Suite struct HostileInputTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  private func crossplay(_ arguments: String...) throws -> CommandRun { try CommandRun(arguments, in: folder.url) }

  private func expectOneSentence(_ run: CommandRun, _ mention: String) {
    #expect(run.status == 1 && run.output.isEmpty, "\(run.status) \(run.output)")
    #expect(run.errors.contains(mention), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  private func train(_ output: String) throws {
    let run = try crossplay("train", "small.yaml", "--output", output)
    try #require(run.status == 0, "\(run.errors)")
  }

  private func edit(_ path: String, _ change: (String) throws -> String) throws {
    let before = try String(contentsOf: folder.file(path), encoding: .utf8)
    let after = try change(before)
    #expect(before != after)
    try Data(after.utf8).write(to: folder.file(path))
  }

  /// Ten lines, each of ten times the one before: 10^10 values.
  private static let bomb = (1...10).reduce("a0: &a0 [1, 1]\n") { text, line in
    text + "a\(line): &a\(line) [\(Array(repeating: "*a\(line - 1)", count: 10).joined(separator: ", "))]\n"
  }
  /// 2^9 times a thousand values by 18 aliases.
  private static let small = (1...9).reduce("a0: &a0 [\(Array(repeating: "1", count: 1000).joined(separator: ","))]\n")
  {
    $0 + "a\($1): &a\($1) [*a\($1 - 1), *a\($1 - 1)]\n"
  }

  static let documents: [(String, String)] = [
    (bomb, "refers to values by *name more than 20 times"),
    (bomb + "? *a10\n: 1\n", "refers to values by *name more than 20 times"),
    (small, "repeats values by *name"),
    ("a: " + String(repeating: "[", count: 1_000_000), "is not valid YAML"),
    (String(repeating: "- ", count: 1_000_000), "is not valid YAML"), ("*a", "is not valid YAML"),
  ]

  @Test(arguments: documents.indices) func configurationsThatExpandAreRefused(number: Int) throws {
    let (text, mention) = Self.documents[number]
    try Data(text.utf8).write(to: folder.file("large.yaml"))
    expectOneSentence(try crossplay("train", "large.yaml", "--output", "a"), mention)
  }

  @Test func aFewAliasesAreFollowed() throws {
    let aliases = "{trunk: &widths [16], actor: *widths, critic: *widths}"
    try edit("small.yaml") { $0.replacing("{trunk: [16], actor: [16], critic: [16]}", with: aliases) }
    try train("a")
  }

  @Test func deepMetricsAreLeftOut() throws {
    try train("a")
    let deep = String(repeating: "[", count: 1_000_000)
    let objects = String(repeating: #"{"x":"#, count: 1_000_000)
    try edit("a/metrics.jsonl") {
      $0 + #"{"run":0,"update":1,"env_steps":128,"x":\#(deep)"# + "\n" + objects + "\n"
        + #"{"run":0,"update":1e300,"env_steps":128}"# + "\n"
        + #"{"run":0,"update":8,"env_steps":1024,"episodes":1e18}"#
        + "\n"
    }
    let report = try crossplay("report", "a")
    #expect(report.status == 0, "\(report.errors)")
    #expect(report.errors.contains("4 lines are not metrics and are left out, first line 33"), "\(report.errors)")
  }

  @Test(arguments: [
    ("matrix.json", "decisions", "9000000000000000000", "the count 9000000000000000000"),
    ("matrix.json", "tie_rate", "1e300", "the rate 1e+300"),
    ("matrix.json", "mean_return", "1e308", "the value 1e+308"),
    ("matrix.json", "games", "99999999999999999999", "matrix.json: is not what"),
    ("matrix.json", "seats", "-3", "has -3 seats"),
    ("matrix.json", "gamma", "1e308", "the value 1e+308"),
    ("summary.json", "games", "9223372036854775807", "the count 9223372036854775807"),
    ("summary.json", "mean", "-1e308", "the value -1e+308"), ("summary.json", "count", "-1", "the count -1"),
    ("evaluation.json", "games", "1e300", "evaluation.json: is not what"),
  ]) func numbersThatNoEvaluationGivesAreRefused(file: String, key: String, value: String, mention: String) throws {
    try train("a")
    #expect(try crossplay("evaluate", "a", "--games", "2", "--mode", "greedy", "--no-symmetry").status == 0)
    try edit("a/evaluation/\(file)") { text in
      let place = try #require(text.firstRange(of: try Regex("\"\(key)\" : [-0-9.e]+")))
      return text.replacingCharacters(in: place, with: "\"\(key)\" : \(value)")
    }
    expectOneSentence(try crossplay("report", "a"), mention)
  }

  @Test func moreThanGigabytesOfGzipAreNotRead() throws {
    try Data([0x1f, 0x8b, 8, 0]).write(to: folder.file("large.json.gz"))
    let file = try FileHandle(forWritingTo: folder.file("large.json.gz"))
    try file.truncate(atOffset: 5 << 30)  // a hole
    try file.close()
    expectOneSentence(try crossplay("verify", "large.json.gz"), "has more than 1024 MiB")
  }

  /// A checkpoint whose hashes are right and whose weights no training has written.
  @Test(arguments: [Float.nan, .infinity]) func weightsThatAreNotFiniteAreRefused(bad: Float) throws {
    try train("a")
    let place = folder.file("a/checkpoints/000008/state.safetensors")
    var state = try Data(contentsOf: place)
    let length = state.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try #require(
      try JSONSerialization.jsonObject(with: state[8..<8 + length]) as? [String: [String: Any]])
    let offsets = try #require(header["parameters"]?["data_offsets"] as? [Int])
    let weight = 8 + length + (offsets[0] + offsets[1]) / 2 / 4 * 4 + 4  // in run 2
    withUnsafeBytes(of: bad.bitPattern.littleEndian) { state.replaceSubrange(weight..<weight + 4, with: $0) }
    try state.write(to: place)
    let hash = try FileHash.digits(of: place)
    try edit("a/checkpoints/000008/state.json") { text in
      text.split(separator: "\n").filter { !$0.contains("document_hash") }.joined(separator: "\n")
        .replacing("\"format\" : 2", with: "\"format\" : 1")
        .replacing(/"state_hash" : "[0-9a-f]+"/, with: "\"state_hash\" : \"\(hash)\"")
    }
    let mention = "run entropy_coefficient=0.1_seed=0 has the weight \(bad), which is not a finite number"
    expectOneSentence(try crossplay("evaluate", "a"), mention)
    expectOneSentence(try crossplay("export", "a"), mention)
    expectOneSentence(try crossplay("watch", "--policy", "a"), mention)
    let resumed = try crossplay("train", "small.yaml", "--output", "a", "--resume")
    #expect(resumed.status == 1 && resumed.errors.contains(mention), "\(resumed.errors)")
  }

  /// A process that may open few files.
  private func limited(_ limit: String, _ arguments: [String]) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "ulimit \(limit); exec \"$0\" \"$@\"", try CommandRun.executable.path] + arguments
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    try Data().write(to: folder.file("errors"))
    process.standardError = try FileHandle(forWritingTo: folder.file("errors"))
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationReason == .exit, "\(arguments)")
    return (process.terminationStatus, try String(contentsOf: folder.file("errors"), encoding: .utf8))
  }

  @Test func sixteenFilesAreEnough() throws {
    for arguments in [
      ["train", "small.yaml", "--output", "a"], ["train", "small.yaml", "--output", "a", "--resume"],
      ["evaluate", "a", "--games", "2"], ["report", "a"], ["export", "a"], ["watch", "--policy", "a:1"],
    ] {
      let run = try limited("-n 16", arguments)
      #expect(run.status == 0, "\(arguments) \(run.errors)")
    }
  }

  @Test(arguments: ["4", "6", "15"]) func fewerFilesAreRefused(limit: String) throws {
    let run = try limited("-n \(limit)", ["devices"])
    #expect(run.status == 1)
    #expect(
      run.errors == "Error: this process may have \(limit) files open at a time, and 16 are needed; raise the limit "
        + "(ulimit -n)\n")
    // A soft limit is raised.
    #expect(try limited("-S -n \(limit)", ["devices"]).status == 0)
  }
}
