import Foundation
import TestSupport
import Testing
import Training

/// What stays of a `metrics.jsonl` whose training goes on.
@Suite struct KeptLinesTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("metrics.jsonl").path
  }

  private func line(_ run: Int, _ update: Int, _ updates: Int = 1) -> String {
    "{\"run\":\(run),\"update\":\(update),\"updates\":\(updates),\"env_steps\":\(update),\"seconds\":\(run).\(update)}\n"
  }

  private func kept(_ lines: [String], after updates: [Int: Int]) throws -> KeptLines {
    try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path))
    return try KeptLines(of: path, after: { updates[$0] ?? 0 })
  }

  private func text(_ kept: KeptLines) throws -> String {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return String(decoding: kept.ranges.map { data[$0] }.joined(), as: UTF8.self)
  }

  @Test func linesOfSeveralDevicesStayRunByRun() throws {
    // Two waves at once: run 0 has a checkpoint after update 4, run 1 after update 2.
    let lines = (1...5).flatMap { [line(0, $0), line(1, $0)] }
    let kept = try kept(lines, after: [0: 4, 1: 2])
    #expect(kept.holes.count == 1 && kept.seconds == 0.4)
    #expect(
      try text(kept)
        == [line(0, 1), line(1, 1), line(0, 2), line(1, 2), line(0, 3), line(0, 4)].joined())
    #expect(kept.closed.end == line(0, 1).utf8.count * 6 && kept.closed.holes.isEmpty)
    #expect(kept.closed.seconds == kept.seconds)
    #expect(kept.survey.lastUpdate(ofRun: 1) == 5)
  }

  @Test func aFileThatEndsWithWhatGoesHasNoHoles() throws {
    let lines = (1...5).flatMap { [line(0, $0), line(1, $0)] }
    let kept = try kept(lines + ["{\"run\":1,"], after: [0: 3, 1: 3])
    #expect(kept.holes.isEmpty && kept.end == line(0, 1).utf8.count * 6)
    #expect(try self.kept([], after: [:]).ranges.isEmpty)
  }

  @Test func foreignLinesAmongWhatGoesAreNamed() throws {
    let kept = try kept([line(0, 1), "else\n", line(0, 2), "other\n", line(0, 3)], after: [0: 2])
    #expect(kept.foreignByte == 2 * line(0, 1).utf8.count + 5)
    #expect(throws: MetricsWriter.Failure.self) { try MetricsWriter(resuming: path, keeping: kept) }
    #expect(try self.kept(["else\n", line(0, 2)], after: [0: 2]).foreignByte == nil)
  }

  @Test func linesAboutSeveralUpdatesLeaveNoGaps() throws {
    let kept = try kept([line(0, 5, 5), line(0, 10, 5), line(0, 20, 5), line(0, 21)], after: [0: 21])
    #expect(kept.survey.gaps().map(\.updates) == [11...15])
    // A line is about no more updates than there were.
    #expect(try self.kept([line(0, 3, 1 << 40)], after: [0: 3]).survey.gaps().isEmpty)
  }
}
