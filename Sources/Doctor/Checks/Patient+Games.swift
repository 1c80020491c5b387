import Environments
import Foundation

extension Patient {
  /// Recorded games in the binary, then in files.
  var games: [Examination] {
    let embedded = recorded.games.sorted { $0.key < $1.key }.map { name, data in
      Examination(name) { try replay(TraceContents(file: name, data: data)) }
    }
    return embedded
      + moreGames.map { file in
        Examination(URL(fileURLWithPath: file).lastPathComponent) { try replay(TraceContents(file: file)) }
      }
  }

  private func replay(_ contents: TraceContents) throws -> Outcome {
    let report = try TraceReplay.replay(contents, device: open())
    let episodes = report.episodes == 1 ? "1 game" : "\(report.episodes) games"
    let games = "\(episodes) of \(report.environment), \(report.steps) steps"
    let numbers = [
      "episodes": Double(report.episodes), "steps": Double(report.steps),
      "differences": Double(report.differenceCount),
    ]
    guard let first = report.differences.first else {
      return Outcome(isHealthy: true, sentence: "\(games), replayed without a difference", numbers: numbers)
    }
    return Outcome(
      isHealthy: false, sentence: "\(games), replayed with \(report.differenceCount) differences, first \(first)",
      numbers: numbers)
  }
}
