import Foundation
import TestSupport
import Testing
import Training

/// Parts of `metrics.jsonl`.
@Suite struct MetricsReaderPlacesTests {
  private func file(_ lines: [String], in folder: TemporaryFolder) throws -> String {
    let place = folder.file("metrics.jsonl")
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: place)
    return place.path
  }

  @Test func readingBeginsWithTheNextLineAndGoesOnWhereItEnded() throws {
    let folder = try TemporaryFolder()
    let lines = (1...5).map { "{\"run\":0,\"update\":\($0),\"env_steps\":\($0 * 10),\"diverged\":\($0 > 3)}" }
    let path = try file(lines, in: folder)
    let lengths = lines.map { UInt64($0.utf8.count + 1) }
    let reader = MetricsReader(path, keys: ["diverged"], pieceSize: 7)
    for start in 0..<lengths.reduce(0, +) {
      var updates: [Int] = []
      var diverged: [Double] = []
      let (count, next) = try reader.read(from: start) { line in
        updates.append(line.update)
        diverged.append(line.values[0])
        return true
      }
      // The first line that begins at the place or behind it.
      let starts = (0..<5).map { lengths.prefix($0).reduce(0, +) }
      let expected = (1...5).filter { starts[$0 - 1] >= start }
      #expect(updates == expected && diverged == expected.map { $0 > 3 ? 1 : 0 }, "from \(start)")
      #expect(count.lines == expected.count && next == lengths.reduce(0, +))
    }
    // Three lines, then the others.
    var seen: [Int] = []
    let (_, next) = try reader.read(from: 0) { line in
      seen.append(line.update)
      return line.update < 3
    }
    #expect(seen == [1, 2, 3] && next == lengths.prefix(3).reduce(0, +))
    _ = try reader.read(from: next) { line in
      seen.append(line.update)
      return true
    }
    #expect(seen == [1, 2, 3, 4, 5])
  }
}
