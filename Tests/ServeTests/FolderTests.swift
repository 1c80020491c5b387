import Configuration
import Evaluation
import Foundation
import Reports
import Runs
import TestSupport
import Testing
import Training

@testable import Serve

/// What is read of the folders.
@Suite struct FolderTests {
  @Test func everyTrainingBelowIsFoundAndLinksAreNotFollowed() throws {
    let served = try ServedFolder()
    try served.write(ServedFolder.yaml, "runs/deep/er/config.yaml")
    try served.write(ServedFolder.yaml, "runs/example/checkpoints/000001/config.yaml")
    try served.write(ServedFolder.yaml, "runs/.hidden/config.yaml")
    try served.write(ServedFolder.yaml, "outside/config.yaml")
    try FileManager.default.createSymbolicLink(
      at: served.root.appendingPathComponent("link"), withDestinationURL: served.folder.file("outside"))
    try FileManager.default.createSymbolicLink(
      at: served.root.appendingPathComponent("around"), withDestinationURL: served.root)
    let catalog = FolderCatalog([served.root])
    #expect(catalog.list(.training).map(\.id) == ["0/deep/er", "0/example"])
    #expect(catalog.list(.training).map(\.path) == ["runs/deep/er", "runs/example"])
    for id in ["0/link", "0/../outside", "0/example/../../outside", "1", "", "/etc", nil] {
      let refusal = #expect(throws: HTTPRefusal.self) { try catalog.entry(id, .training) }
      #expect(refusal?.status == .notFound, "\(id ?? "")")
    }
    #expect(try catalog.entry("0/example", .training).url.lastPathComponent == "example")
    #expect(throws: HTTPRefusal.self) { try catalog.entry("0/example", .evaluation) }
  }

  /// The curves of all lines are those of the report.
  @Test func curvesAreThoseOfTheReportAndGrow() throws {
    let served = try ServedFolder()
    try served.append(updates: 1...4)
    let index = try MetricsIndex(served.metrics, of: served.configuration)
    #expect(try index.refresh())
    #expect(try !index.refresh())
    func same() throws {
      let curves = try LearningCurves(ReportedTraining.read([served.training]))
      let places = curves.runs.map { run in served.configuration.runs.firstIndex { $0.name == run.run.name } ?? -1 }
      for (run, place) in zip(curves.runs, places) {
        for (bin, piece) in run.pieces.enumerated() {
          let own = index.pieces[place][bin]
          #expect(own?.updates == piece?.updates && own?.envSteps == piece?.envSteps)
          #expect(own?.value(0) == piece?.value(0) && own?.value(1) == piece?.value(1))
        }
      }
    }
    try same()
    #expect(index.standings.map(\.update) == [4, 4, 4, 4])
    try served.append(updates: 5...6, diverged: 2)
    #expect(try index.refresh())
    #expect(index.standings.map(\.update) == [6, 6, 6, 6])
    #expect(index.standings.map(\.diverged) == [nil, nil, 5, nil])
    #expect(index.linesRead == 24 && !index.isSampled)
    try same()
  }

  @Test func aLineCutShortIsReadOnceItIsWhole() throws {
    let served = try ServedFolder()
    try served.append(updates: 1...1)
    let index = try MetricsIndex(served.metrics, of: served.configuration)
    try index.refresh()
    let line = Data(served.line(run: 0, update: 2).utf8)
    let handle = try FileHandle(forWritingTo: served.metrics)
    try handle.seekToEnd()
    try handle.write(contentsOf: line.prefix(40))
    #expect(try !index.refresh())
    #expect(index.standings[0].update == 1)
    try handle.write(contentsOf: line.dropFirst(40))
    #expect(try index.refresh())
    #expect(index.standings[0].update == 2 && index.linesRead == 5)
  }

  @Test func aTrainingThatWasResumedIsReadAnew() throws {
    let served = try ServedFolder()
    try served.append(updates: 1...6)
    let index = try MetricsIndex(served.metrics, of: served.configuration)
    try index.refresh()
    // Back to update 3, and on with more bytes than there were.
    try FileManager.default.removeItem(at: served.metrics)
    try served.append(updates: 1...3)
    try index.refresh()
    #expect(index.standings.map(\.update) == [3, 3, 3, 3] && index.linesRead == 12)
    let size = try #require(FileStamp.of(served.metrics)?.size)
    let handle = try FileHandle(forUpdating: served.metrics)
    try handle.truncate(atOffset: size / 3)
    try handle.close()
    try served.append(updates: 2...9)
    try index.refresh()
    #expect(index.standings.map(\.update) == [9, 9, 9, 9] && index.linesRead == 36)
    #expect(index.pieces[0].compactMap { $0?.updates } == Array(repeating: 1, count: 9))
  }

  @Test func ofALongFileUpdatesAreReadThatSpreadOverAll() throws {
    let served = try ServedFolder()
    var configuration = served.configuration
    configuration.totalEnvSteps = 64 * 2000
    try served.append(updates: 1...1990)
    let size = try #require(FileStamp.of(served.metrics)?.size)
    let index = try MetricsIndex(served.metrics, of: configuration, mostBytesRead: size / 10, bins: 20)
    try index.refresh()
    #expect(index.isSampled)
    // A small part, in every piece of every curve, the last update too.
    #expect(index.linesRead < 4 * 1990 / 5)
    for (run, pieces) in index.pieces.enumerated() {
      #expect(pieces.allSatisfy { $0 != nil })
      for (bin, piece) in pieces.enumerated() {
        let value = try #require(piece?.value(0)) - Double(10 * run)
        #expect(value >= Double(bin * 100) && value <= Double((bin + 1) * 100))
      }
    }
    #expect(index.standings.map(\.update) == Array(repeating: 1990, count: 4))
    try served.append(updates: 1991...1992)
    try index.refresh()
    #expect(index.standings.map(\.update) == Array(repeating: 1992, count: 4))
  }

  @Test func theTableOfAMatrixIsTheMatrix() throws {
    let served = try ServedFolder()
    let matrices = try served.writeEvaluation()
    let tables = try MatrixTable.read(in: served.evaluation)
    #expect(tables.map(\.mode) == [.sampled, .greedy])
    for (table, matrix) in zip(tables, matrices) {
      #expect(table.runs == matrix.runs && table.seats == 2)
      for i in 0..<4 {
        for j in 0..<4 {
          let cell = matrix[i, j]
          let place = i * 4 + j
          #expect(table.games[place] == UInt32(cell?.games ?? 0))
          guard let cell else {
            #expect(table.means[place].isNaN && table.errors[place].isNaN)
            continue
          }
          #expect(abs(table.means[place] - Float(cell.meanReturn)) < 1e-6)
          #expect(abs(table.errors[place] - Float(try #require(cell.standardError))) < 1e-6)
        }
      }
    }
    #expect(tables[0].bytes.count == 12 * 16)
  }

  /// Seats beyond the second are summed over: two teams with 10 games each, means 2 and 4.
  @Test func aTableOfThreeSeatsIsOverAllTeamsThatBeginSo() throws {
    let served = try ServedFolder()
    let runs = served.configuration.runs.map { EvaluatedRun($0) }
    var matrix = CrossPlayMatrix(mode: .sampled, seats: 3, runs: runs)
    for (third, mean) in [(2, 2.0), (3, 4.0)] {
      matrix.add(
        CrossPlayCell(games: 10, returnSum: mean * 10, squaredReturnSum: mean * mean * 10 + 90, decisions: 1),
        team: [0, 1, third])
    }
    try served.write(
      String(decoding: MatrixReport.json([matrix]), as: UTF8.self), "runs/example/evaluation/matrix.json")
    let table = try #require(try MatrixTable.read(in: served.evaluation).first)
    #expect(table.means[1] == 3 && table.games[1] == 20)
    // Each with a standard error of sqrt(90 / 9 / 10) = 1.
    #expect(abs(table.errors[1] - Float(0.5).squareRoot()) < 1e-6)
  }

  @Test(arguments: [
    "", "[", "{}", "[{}]", "[1]", "1", #"[{"mode": "sampled", "seats": 2, "runs": [], "entries": [{}]}]"#,
  ])
  func aDamagedMatrixIsRefused(text: String) throws {
    let served = try ServedFolder()
    try served.write(text, "runs/example/evaluation/matrix.json")
    #expect(throws: (any Error).self) { try MatrixTable.read(in: served.evaluation) }
  }
}
