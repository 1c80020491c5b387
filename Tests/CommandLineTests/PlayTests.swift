import Files
import Foundation
import Runs
import TestSupport
import Testing

/// A person at the table: `crossplay play`, and the page of `crossplay serve` as a command.
@Suite struct PlayTests {
  private func trained() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try AtomicFile.write(smallConfiguration, to: folder.file("small.yaml"))
    let run = try CommandRun(["train", "small.yaml", "--output", "runs/small"], in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    return folder
  }

  @Test func aGameIsPlayedAndRecorded() throws {
    let folder = try trained()
    // Answers of all kinds; then the first action until the game is over.
    let input = "nothing\n99\n-1\nplay slot 0\n" + String(repeating: "0\n", count: 100)
    let arguments = ["play", "--policy", "runs/small:1", "--seat", "1", "--seed", "7"]
    let run = try CommandRun(arguments, in: folder.url, input: input)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("you are in seat 1") && run.output.contains("you: play slot 0"))
    #expect(run.output.components(separatedBy: "that is none of them").count == 4)
    // Only others' cards until the game is over.
    let turns = try #require(run.output.components(separatedBy: "the game is over").first)
    let before = try #require(turns.components(separatedBy: "your action:").dropLast().last)
    #expect(before.contains("??"))
    let games = PlayedGamesFolder(folder.file("played-games"))
    let name = try #require(games.names().first)
    #expect(run.output.contains("recorded as \(name) in played-games"))
    let (record, environment) = try games.read(name)
    #expect(record.seats.map(\.kind) == [.policy, .person] && record.seats[0].run == 1 && record.seed == 7)
    #expect(record.isOver && environment.name == "hanabi")
    // Probabilities are the policy's; nobody knows a person's.
    let decisions = record.steps.flatMap { step in step.decisions.enumerated().filter { $1.legal.count > 1 } }
    #expect(decisions.contains { $0.offset == 0 } && decisions.contains { $0.offset == 1 })
    for (seat, decision) in decisions {
      #expect(seat == 0 ? decision.probabilities.count == decision.legal.count : decision.probabilities.isEmpty)
      #expect((decision.value != nil) == (seat == 0))
    }
    for (step, next) in zip(record.steps, record.steps.dropFirst()) { #expect(step.state != next.state) }

    // A record that was changed is refused.
    let file = games.url.appendingPathComponent("\(name).game.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    try AtomicFile.write(text.replacing("\"seed\" : 7", with: "\"seed\" : 8"), to: file)
    #expect(throws: FileFailure.self) { try games.read(name) }
    #expect(throws: FileFailure.self) { try games.read("../\(name)") }
  }

  @Test func whoEndsTheInputGivesUp() throws {
    let folder = try trained()
    // A game may be over after a person's first move.
    let run = try CommandRun(["play", "--policy", "runs/small"], in: folder.url, input: "nothing\n")
    #expect(run.status == 0 && run.errors.contains("given up and is not recorded"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("played-games").path))
    for (arguments, problem) in [
      (["play"], "give --policy FOLDER"),
      (["play", "--policy", "runs/small", "--seat", "2"], "--seat 2: hanabi has seats 0 to 1"),
      (["play", "--policy", "runs/small", "--policy", "runs/small:1"], "given 2 times for 1 other seats"),
      (["play", "--policy", "runs/small:9"], "there is no run 9 in runs/small; it holds runs 0 to 3"),
      (["play", "--policy", "runs/small", "--mode", "best"], "--mode best: expected"),
    ] {
      let run = try CommandRun(arguments, in: folder.url, input: "")
      #expect(run.status == 1 && run.errors.contains(problem), "\(arguments): \(run.errors)")
    }
  }

  @Test func servingEndsWellWhenItIsAskedTo() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: folder.file("runs"), withIntermediateDirectories: true)
    let serving = try RunningCommand(["serve", "--port", "0"], in: folder.url)
    try serving.wait { serving.output.hasSuffix("/\n") }
    let address = try #require(URL(string: serving.output.trimmingCharacters(in: .newlines)))
    #expect(address.host() == "127.0.0.1")
    let port = try #require(address.port)
    let second = try CommandRun(["serve", "--port", "\(port)"], in: folder.url)
    #expect(second.status == 1 && second.errors.contains("port \(port) of 127.0.0.1 is in use"))
    #expect(second.errors.contains("(--port NUMBER)"))
    serving.send(SIGINT)
    #expect(serving.end() == 0)
    for (arguments, problem) in [
      (["serve", "nothing"], "nothing: there is no such folder"),
      (["serve", "runs", "--host", "0.0.0.0", "--port", "0"], "give a token that readers must know"),
      (["serve", "runs", "--token", "short"], "the token can be guessed"),
      (["serve", "runs", "--host", "nowhere.invalid"], "cannot listen at nowhere.invalid"),
    ] {
      let run = try CommandRun(arguments, in: folder.url)
      #expect(run.status == 1 && run.errors.contains(problem), "\(arguments): \(run.errors)")
    }
  }
}
