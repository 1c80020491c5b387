// Tables, files and figures of an evaluation.
import Configuration
import Evaluation
import Foundation
import TestSupport
import Testing
import Training

#if canImport(FoundationXML)
  import FoundationXML
#endif

struct ReportTests {
  let bootstrap = Bootstrap(samples: 50, seed: 0)

  func sweep(_ mode: EvaluationMode, seeds: Int = 3, everyPair: Bool = true) throws -> CrossPlayMatrix {
    var matrix = CrossPlayMatrix(
      mode: mode, seats: 2, runs: try exampleRuns(seeds: seeds, entropyCoefficients: [0.01, 0.05]))
    for i in matrix.runs.indices {
      for j in matrix.runs.indices where everyPair || i / seeds == j / seeds {
        let part = CrossPlayCell(
          games: 4, returnSum: Double(i + j), squaredReturnSum: Double(i * i + j * j + 9), decisions: 8,
          tiedDecisions: 1)
        matrix.add(part, team: [i, j])
      }
    }
    return matrix
  }

  /// The text elements of a drawing, which must be well-formed XML.
  func texts(_ svg: String) throws -> [String] {
    let document = try XMLDocument(xmlString: svg)
    return try document.nodes(forXPath: "//*[local-name()='text']").compactMap(\.stringValue)
  }

  @Test func theMatrixIsWrittenAsCSV() throws {
    var matrix = CrossPlayMatrix(mode: .greedy, seats: 2, runs: try exampleRuns(seeds: 2))
    matrix.add(
      CrossPlayCell(games: 3, returnSum: 6, squaredReturnSum: 14, decisions: 8, tiedDecisions: 2, nearTiedDecisions: 4),
      team: [0, 1])
    matrix.add(CrossPlayCell(games: 1, returnSum: 2, squaredReturnSum: 4), team: [0, 0])
    #expect(
      MatrixReport.csv([matrix]) == """
        mode,seat_0,seat_1,games,mean_return,standard_error,decisions,tie_rate,near_tie_rate
        greedy,seed=0,seed=0,1,2.0,,0,,
        greedy,seed=0,seed=1,3,2.0,0.5773502691896257,8,0.25,0.5

        """)
  }

  @Test func theMatrixIsWrittenAsJSON() throws {
    let data = try MatrixReport.json([try sweep(.sampled), try sweep(.greedy)])
    let documents = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    #expect(documents.map { $0["mode"] as? String } == ["sampled", "greedy"])
    let entries = try #require(documents[0]["entries"] as? [[String: Any]])
    #expect(entries.count == 36)
    #expect(entries[1]["runs"] as? [Int] == [0, 1])
    #expect(entries[1]["mean_return"] as? Double == 0.25)
    #expect((documents[0]["runs"] as? [[String: Any]])?[4]["configuration"] as? String == "entropy_coefficient=0.05")
  }

  @Test func theSummaryHasARowPerConfigurationAndMode() throws {
    let summary = EvaluationSummary([try sweep(.sampled), try sweep(.greedy)], bootstrap: bootstrap)
    let lines = SummaryReport.csv(summary).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(lines.count == 5)
    #expect(Set(lines.map(\.count)).count == 1)
    #expect(lines[0].first == "configuration")
    #expect(lines[1][lines[0].firstIndex(of: "entropy_coefficient")!] == "0.01")
    #expect(lines[3][lines[0].firstIndex(of: "self_play")!] == "2.0")
    #expect(lines[3][lines[0].firstIndex(of: "tuples_evaluated")!] == "6")
    let decoded = try JSONDecoder().decode(EvaluationSummary.self, from: SummaryReport.json(summary))
    #expect(decoded == summary)
  }

  @Test func theTableShowsEveryModeWithItsError() throws {
    let summary = EvaluationSummary([try matrix([[4, 1, 2], [3, 4, 1], [2, 1, 3]])], bootstrap: bootstrap)
    let lines = SummaryReport.table(summary).split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("configuration  runs  SP sampled  XP sampled"))
    #expect(lines[2].hasPrefix("default           3  3.67 ±0.33  1.67 ±"))
    #expect(lines.prefix(3).allSatisfy { $0.count == lines[0].count })
    #expect(lines.contains("default        6 of 6              2.00                -                -"))
  }

  @Test func theHeatMapNamesAxesGroupsSeedsAndUnits() throws {
    let texts = try texts(HeatMap.svg(try sweep(.greedy), title: "Hanabi <tiny> & \"more\""))
    #expect(texts.contains("Hanabi <tiny> & \"more\""))
    #expect(texts.contains("run in seat 0 (entropy coefficient, then seed)"))
    #expect(texts.contains("run in seat 1 (entropy coefficient, then seed)"))
    #expect(texts.contains("mean return per game (points)"))
    #expect(texts.contains { $0.hasPrefix("actions greedy, games per entry: 4, standard error up to") })
    #expect(texts.filter { $0 == "0.01" }.count == 2)
    #expect(texts.filter { $0 == "0.05" }.count == 2)
    #expect(texts.contains("2.50"))
    #expect(!texts.contains("not played"))
  }

  @Test func entriesThatWereNotPlayedAreExplained() throws {
    var matrix = CrossPlayMatrix(mode: .greedy, seats: 2, runs: try exampleRuns(seeds: 2, entropyCoefficients: [0, 1]))
    for team in [[0, 0], [0, 1], [0, 2], [3, 3]] { matrix.add(cell(1), team: team) }
    #expect(try texts(HeatMap.svg(matrix, title: "t")).contains("not played"))
  }

  @Test func configurationsThatDidNotMeetHaveAMapEach() throws {
    let texts = try texts(HeatMap.svg(try sweep(.greedy, everyPair: false), title: "t"))
    #expect(!texts.contains("not played"))
    #expect(texts.filter { $0 == "0.01" }.count == 1)
    #expect(texts.filter { $0 == "0.05" }.count == 1)
    #expect(texts.contains("run in seat 0 (seed)"))
    #expect(texts.contains { $0.hasSuffix("one map per entropy coefficient") })
    #expect(texts.filter { $0 == "2" }.count == 4, "seeds beside the rows and columns of both maps")
  }

  @Test func largeMatricesHaveNoValuesInTheirCells() throws {
    let texts = try texts(HeatMap.svg(try sweep(.greedy, seeds: 40), title: "t"))
    #expect(texts.count < 100, "6,400 entries")
    #expect(texts.contains("0.05"))
  }

  @Test func oneConfigurationHasNoGroupLabels() throws {
    let texts = try texts(HeatMap.svg(try matrix([[4, 1], [3, 4]]), title: "t", range: 0...5))
    #expect(texts.contains("run in seat 0 (seed)"))
    #expect(texts.contains("2"))
  }

  @Test func anEmptyMatrixIsStillADrawing() throws {
    let empty = CrossPlayMatrix(mode: .greedy, seats: 2, runs: try exampleRuns(seeds: 2))
    #expect(try texts(HeatMap.svg(empty, title: "t")).contains("not played"))
  }

  @Test func moreThanTwoSeatsShowTheFirstTwo() throws {
    var matrix = CrossPlayMatrix(mode: .greedy, seats: 3, runs: try exampleRuns(seeds: 3))
    matrix.add(cell(1), team: [0, 1, 2])
    matrix.add(cell(2), team: [0, 1, 0])
    #expect(try texts(HeatMap.svg(matrix, title: "t")).contains("1.50"))
  }

  @Test func theSweepPlotNamesItsCurves() throws {
    let summary = EvaluationSummary([try sweep(.sampled), try sweep(.greedy)], bootstrap: bootstrap)
    let texts = try texts(try #require(SweepPlot.svg(summary, title: "Hanabi tiny")))
    for text in ["SP sampled", "SP greedy", "XP sampled", "XP greedy", "entropy coefficient", "0.01", "0.05"] {
      #expect(texts.contains(text), "\(text)")
    }
  }

  @Test func withoutASweepTheConfigurationStandsUnderItsName() throws {
    let summary = EvaluationSummary([try matrix([[4, 1], [3, 4]])], bootstrap: bootstrap)
    let texts = try texts(try #require(SweepPlot.svg(summary, title: "t")))
    #expect(texts.contains("default") && texts.contains("configuration"))
    #expect(SweptAxis(summary).fileName == "configurations")
  }

  @Test func severalSweptKeysHaveAPanelPerCombinationOfTheOthers() throws {
    let configuration = try TrainingConfiguration(
      yaml: "environment: {name: hanabi}\nseeds: 2\nsweep: {entropy_coefficient: [0, 0.01, 0.1], gamma: [0.9, 1]}",
      file: "example.yaml")
    var matrix = CrossPlayMatrix(mode: .sampled, seats: 2, runs: configuration.runs.map { EvaluatedRun($0) })
    for i in matrix.runs.indices { for j in matrix.runs.indices { matrix.add(cell(Double(i + j)), team: [i, j]) } }
    let summary = EvaluationSummary([matrix], bootstrap: bootstrap)
    let axis = SweptAxis(summary)
    #expect(axis.key == .entropyCoefficient && axis.fileName == "entropy_sweep")
    #expect(axis.panelTitles == ["gamma 0.9", "gamma 1"])
    #expect(axis.places.map(\.x) == [0, 0.01, 0.1, 0, 0.01, 0.1])
    let layout = try SVGLayout(try #require(SweepPlot.svg(summary, title: "t")))
    #expect(layout.problems == [])
    #expect(layout.contents.filter { $0 == "0.01" }.count == 2)
  }

  @Test func modesHaveOneOrderWhateverTheyWereGivenIn() throws {
    let modes: [EvaluationMode] = [.temperature(0.1), .greedyRandomTie, .sampled, .temperature(0.5), .greedy]
    let ordered: [EvaluationMode] = [.sampled, .greedy, .greedyRandomTie, .temperature(0.5), .temperature(0.1)]
    #expect(EvaluationMode.ordered(modes) == ordered)
    let summary = EvaluationSummary(try modes.map { try sweep($0) }, bootstrap: bootstrap)
    #expect(summary.configurations.allSatisfy { $0.modes.map(\.mode) == ordered })
    #expect(summary.inOrder == summary)
  }

  @Test func greedyAndGreedyWithRandomTiesNeverShareAPanel() throws {
    #expect(
      EvaluationMode.panels(of: [.sampled, .greedy, .greedyRandomTie, .temperature(0.5), .temperature(0.1)])
        == [[0, 1], [2, 3], [4]])
    #expect(EvaluationMode.panels(of: [.greedy, .greedyRandomTie]) == [[0], [1]])
    #expect(EvaluationMode.panels(of: []) == [])
    let summary = EvaluationSummary(
      try [EvaluationMode.sampled, .greedy, .greedyRandomTie].map { try sweep($0) }, bootstrap: bootstrap)
    let layout = try SVGLayout(try #require(SweepPlot.svg(summary, title: "t")))
    #expect(layout.problems == [])
    #expect(layout.contents.contains("sampled and greedy"))
    #expect(layout.contents.filter { $0 == "greedy-random-tie" }.count == 1, "the second panel's title")
  }

  @Test(arguments: [(16, 2), (40, 5)]) func smallEntriesHaveEverySoManySeedsBesideThem(seeds: Int, interval: Int) throws
  {
    var matrix = CrossPlayMatrix(
      mode: .greedy, seats: 2,
      runs: try exampleRuns(seeds: seeds, entropyCoefficients: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 1]))
    for i in matrix.runs.indices {
      for j in matrix.runs.indices where i / seeds == j / seeds { matrix.add(cell(1), team: [i, j]) }
    }
    let layout = try SVGLayout(HeatMap.svg(matrix, title: "t", range: 0...2))
    #expect(layout.problems == [])
    #expect(layout.contents.filter { $0 == "\(interval)" }.count >= 14, "beside rows and columns of seven maps")
    #expect(!layout.contents.contains("\(interval + 1)"))
  }

  @Test func whatIsAlwaysZeroHasAScaleToOne() throws {
    var zero = CrossPlayMatrix(mode: .greedy, seats: 2, runs: try exampleRuns(seeds: 2))
    for i in 0..<2 { for j in 0..<2 { zero.add(cell(0), team: [i, j]) } }
    #expect(HeatMap.range([zero]) == 0...1)
  }

  @Test func theGapHasALineAtZero() throws {
    let summary = EvaluationSummary([try sweep(.sampled), try sweep(.greedy)], bootstrap: bootstrap)
    let svg = try #require(SweepPlot.gap(summary, title: "t"))
    #expect(try texts(svg).contains("SP-XP greedy"))
    #expect(svg.contains("#777777"))
  }

  @Test(arguments: [
    (1, 2, true), (2, 2, true), (2, 2, false), (7, 2, true), (12, 2, false), (2, 16, true), (7, 16, false),
  ])
  func labelsOfFiguresDoNotTouch(values: Int, seeds: Int, everyPair: Bool) throws {
    let coefficients = [0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].prefix(values).map { $0 }
    var matrix = CrossPlayMatrix(
      mode: .greedyRandomTie, seats: 2, runs: try exampleRuns(seeds: seeds, entropyCoefficients: coefficients))
    for i in matrix.runs.indices {
      for j in matrix.runs.indices where everyPair || i / seeds == j / seeds {
        matrix.add(cell(Double(i) * -2.5 + Double(j), games: 12_345), team: [i, j])
      }
    }
    let summary = EvaluationSummary([matrix], bootstrap: Bootstrap(samples: 4, seed: 0))
    let figures = [
      HeatMap.svg(matrix, title: "a-long-name-of-a-training: cross-play matrix, greedy-random-tie"),
      SweepPlot.svg(summary, title: "t"), SweepPlot.gap(summary, title: "t"),
    ]
    for figure in figures { #expect(try SVGLayout(try #require(figure)).problems == []) }
  }

  @Test func longNamesAndLargeSeedsDoNotTouch() throws {
    let configuration = try TrainingConfiguration(
      yaml: "environment: {name: hanabi}\nseeds: [123456789, 223456789, 323456789]", file: "example.yaml")
    let runs = ["a", "a-folder-with-a-name-of-more-than-fifty-characters-in-all", "b"].flatMap { folder in
      configuration.runs.map { EvaluatedRun($0, folder: folder) }
    }
    for everyPair in [false, true] {
      var matrix = CrossPlayMatrix(mode: .sampled, seats: 2, runs: runs)
      for i in runs.indices {
        for j in runs.indices where everyPair || i / 3 == j / 3 { matrix.add(cell(Double(i - j)), team: [i, j]) }
      }
      #expect(try SVGLayout(HeatMap.svg(matrix, title: "t")).problems == [])
      let summary = EvaluationSummary([matrix], bootstrap: bootstrap)
      #expect(try SVGLayout(try #require(SweepPlot.svg(summary, title: "t"))).problems == [])
    }
  }

  @Test func matricesAreReadBackFromJSON() throws {
    let matrices = [try sweep(.sampled), try sweep(.greedy, everyPair: false)]
    let read = try MatrixReport.matrices(json: try MatrixReport.json(matrices))
    #expect(read.map(\.mode) == [.sampled, .greedy])
    for (read, written) in zip(read, matrices) {
      #expect(read.runs == written.runs && read.teams == written.teams)
      for team in written.teams {
        let (a, b) = (try #require(read.cells[team]), try #require(written.cells[team]))
        #expect(a.games == b.games && a.decisions == b.decisions && a.tiedDecisions == b.tiedDecisions)
        #expect(abs(a.meanReturn - b.meanReturn) < 1e-12)
        #expect(abs((a.standardError ?? -1) - (b.standardError ?? -1)) < 1e-9)
      }
    }
    let wrong =
      #"[{"mode":"greedy","seats":2,"runs":[],"entries":[{"runs":[0,1],"games":1,"mean_return":1,"decisions":0}]}]"#
    #expect(throws: DecodingError.self) { try MatrixReport.matrices(json: Data(wrong.utf8)) }
  }
}
