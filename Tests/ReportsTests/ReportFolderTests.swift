// Whole reports of small folders: what they hold, and what they refuse.
import Configuration
import Evaluation
import Files
import Foundation
import Runs
import TestSupport
import Testing
import Training

@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ReportFolderTests {
  private func evaluated() throws -> ExampleTraining {
    let training = try ExampleTraining()
    try training.writeMetrics()
    try training.writeEvaluation()
    return training
  }

  private func files(_ folder: URL) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
  }

  private func text(_ folder: URL, _ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  @Test func aReportHasAPageFiguresAndTables() throws {
    let training = try evaluated()
    let record = try ReportFolder.write(try training.contents(), to: training.report)
    #expect(
      try files(training.report) == [
        "report.html", "report.json", "entropy_sweep.csv", "entropy_sweep.svg", "gap.svg", "matrix-sampled.svg",
        "matrix-greedy.svg", "learning_curves.csv", "learning_curves.svg", "learning_curves_seeds.csv",
        "learning_curves_seeds.svg",
      ])
    #expect(try files(training.report) == Set(record.files))
    for file in record.files where file.hasSuffix(".svg") {
      let layout = try SVGLayout(try text(training.report, file))
      #expect(layout.problems == [], "\(file)")
      #expect(layout.label?.isEmpty == false)
    }
    let object = try JSONSerialization.jsonObject(with: Data(try text(training.report, "report.json").utf8))
    let json = try #require(object as? [String: Any])
    #expect((json["trainings"] as? [[String: Any]])?.first?["updates"] as? Int == 4)
    #expect(json["best"] as? String == "entropy_coefficient=0.1")
    #expect((json["program"] as? [String: Any])?["date"] as? String == "1970-01-01T00:00:00Z")
    #expect((json["hashes"] as? [String: String])?.count == 6)
  }

  /// Whatever else lies beside the evaluations of single updates.
  @Test func evaluationsOverTrainingBecomeCurves() throws {
    let training = try evaluated()
    try training.writeEvaluation(update: 2, in: "evaluations/000002")
    try training.writeEvaluation(update: 4, modes: [.greedy], games: 20, in: "evaluations/000004")
    try training.writeEvaluation(update: 3, in: "evaluations/000003-1")
    try FileManager.default.createDirectory(
      at: training.url.appendingPathComponent("evaluations/000005"), withIntermediateDirectories: true)
    let contents = try training.contents()
    #expect(contents.crossPlayCurves.evaluations.map(\.recorded.record.update) == [2, 4])
    #expect(contents.remarks.contains { $0.contains("different numbers of games (10, 20)") })
    let record = try ReportFolder.write(contents, to: training.report)
    #expect(Set(record.files).isSuperset(of: ["cross_play_curves.csv", "cross_play_curves.svg"]))
    #expect(record.overTraining?.map(\.update) == [2, 4])
    let rows = try text(training.report, "cross_play_curves.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    func column(_ name: String) throws -> Int { try #require(rows[0].firstIndex(of: name)) }
    let kept = try ["configuration", "update", "env_steps", "games", "mode", "self_play", "cross_play_all_tuples"]
      .map(column)
    #expect(
      rows.dropFirst().map { row in kept.map { row[$0] }.joined(separator: " ") } == [
        "entropy_coefficient=0 2 128 10 sampled 2.0 1.0", "entropy_coefficient=0 2 128 10 greedy 3.0 2.0",
        "entropy_coefficient=0 4 256 20 greedy 3.0 2.0", "entropy_coefficient=0.1 2 128 10 sampled 4.0 2.0",
        "entropy_coefficient=0.1 2 128 10 greedy 5.0 3.0", "entropy_coefficient=0.1 4 256 20 greedy 5.0 3.0",
      ])
    let figure = try SVGLayout(try text(training.report, "cross_play_curves.svg"))
    #expect(figure.problems == [])
    let page = try text(training.report, "report.html")
    #expect(page.contains("Self-play and cross-play over training") && page.contains("updates 2, 4"))
  }

  @Test func thePageStandsAlone() throws {
    let training = try evaluated()
    try ReportFolder.write(try training.contents(), to: training.report)
    let page = try text(training.report, "report.html")
    for reference in ["<script", "<link", "<img", "src=", "href=", "@import", "url("] {
      #expect(!page.contains(reference), "\(reference)")
    }
    let addresses = page.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "")
    #expect(!addresses.contains("http:") && !addresses.contains("https:"))
    let document = try XMLDocument(xmlString: page)
    func count(_ path: String) throws -> Int { try document.nodes(forXPath: path).count }
    #expect(try count("//*[local-name()='svg']") == 6)
    #expect(try count("//figure/figcaption") == 6)
    #expect(try count("//figure//*[local-name()='svg'][@role='img'][string-length(@aria-label) > 10]") == 6)
    #expect(try count("//table/caption") == count("//table"))
    #expect(try count("//html[@lang]/head/title") == 1)
    #expect(try count("//th[not(@scope)]") == 0)
  }

  @Test func thePageMarksTheBestAndEscapesWhatItQuotes() throws {
    let training = try evaluated()
    try ReportFolder.write(try training.contents(), to: training.report)
    let document = try XMLDocument(xmlString: try text(training.report, "report.html"))
    let marked = try document.nodes(forXPath: "//tr[@class='marked']/th").map { $0.stringValue ?? "" }
    #expect(marked == ["0.1 best XP greedy"])
    let cells = try document.nodes(forXPath: "//table[1]//tr[@class='marked']/td").compactMap(\.stringValue)
    #expect(
      cells == [
        "2", "2 (1)", "4.00 ± 0.00", "2.00", "2.00", "2.00", "5.00 ± 0.00", "3.00", "2.00", "3.00",
      ])
    #expect(
      try document.nodes(forXPath: "(//table)[1]/thead/tr[1]/th").compactMap(\.stringValue) == ["sampled", "greedy"])
    let all = try document.nodes(forXPath: "//td").compactMap(\.stringValue)
    #expect(all.contains("a <device> & more"))
    let commands = try document.nodes(forXPath: "//pre").compactMap(\.stringValue).joined()
    #expect(commands.contains("--games 10 --mode sampled,greedy --seed 3"))
    #expect(commands.contains("crossplay report example"))
  }

  @Test func higherCoefficientsAreTestedAgainstTheStandardOne() throws {
    let training = try ExampleTraining(
      yaml: ExampleTraining.yaml.replacing("seeds: 2", with: "seeds: 4").replacing("[0.0, 0.1]", with: "[0.01, 0.1]"))
    try training.writeEvaluation()
    let record = try ReportFolder.write(try training.contents(), to: training.report)
    #expect(record.comparisons.map(\.mode) == [.sampled, .greedy])
    #expect(record.comparisons.allSatisfy { $0.baseline == "entropy_coefficient=0.01" })
    // Entries are 1 in the first and 2 in the second configuration, and one more greedily: nothing varies over seeds.
    #expect(
      record.comparisons.map(\.allTuples.difference) == [
        .init(mean: 1, standardError: 0, count: 4), .init(mean: 1, standardError: 0, count: 4),
      ])
    let json = try text(training.report, "report.json")
    #expect(json.contains("\"comparisons\"") && json.contains("\"degrees_of_freedom\" : 3"))
    let document = try XMLDocument(xmlString: try text(training.report, "report.html"))
    let rows = try document.nodes(forXPath: "//table[caption[starts-with(., 'Do strangers')]]/tbody/tr")
    #expect(rows.count == 2)
    #expect(
      rows[1].children?.compactMap(\.stringValue)
        == ["0.1", "greedy", "4", "1.000 ± 0.000", "–", "–", "–", "2", "1.000 ± 0.000", "–", "–", "–"])
  }

  @Test func tablesAreNoWiderThanAPageHoweverManyModesThereAre() throws {
    let modes: [EvaluationMode] = [.temperature(0.1), .greedyRandomTie, .greedy, .temperature(0.5), .sampled]
    let training = try ExampleTraining()
    try training.writeMetrics()
    try training.writeEvaluation(modes: modes)
    try ReportFolder.write(try training.contents(), to: training.report)
    let document = try XMLDocument(xmlString: try text(training.report, "report.html"))
    let returns = try document.nodes(forXPath: "//table[caption[starts-with(., 'Mean return')]]")
    #expect(returns.count == 3)
    #expect(try returns.allSatisfy { try $0.nodes(forXPath: "thead/tr[last()]/th[.='seeds']").count == 1 })
    for table in try document.nodes(forXPath: "//table") {
      let columns = try table.nodes(forXPath: "thead/tr[last()]/th").count
      #expect((1...13).contains(columns), "\(table.stringValue ?? "")")
    }
    let groups = try document.nodes(forXPath: "//table[caption[starts-with(., 'Mean return')]]/thead/tr[1]/th")
    #expect(groups.compactMap(\.stringValue) == EvaluationMode.ordered(modes).map(\.description))
    let closed = try document.nodes(forXPath: "//details/summary").compactMap(\.stringValue)
    #expect(
      closed.contains("Returns: greedy-random-tie and temperature=0.5") && closed.contains("Matrix: temperature=0.1"))
    #expect(try document.nodes(forXPath: "//details[.//figure]").count == 3, "maps of the first two modes are open")
  }

  @Test func thePageHasADarkScheme() throws {
    let training = try evaluated()
    let page = try training.contents().page([])
    #expect(page.contains("color-scheme: light dark"))
    let dark = try #require(
      page.components(separatedBy: "@media screen and (prefers-color-scheme: dark) {").dropFirst().first)
    let names = Set(page.matches(of: /var\((--[a-z]+)\)/).map(\.output.1))
    #expect(names.count > 5)
    for name in names { #expect(dark.prefix(400).contains("\(name): #"), "\(name)") }
  }

  @Test func withoutAnEvaluationThereAreLearningCurvesAndAWord() throws {
    let training = try ExampleTraining()
    try training.writeMetrics()
    let contents = try training.contents()
    #expect(contents.remarks.contains { $0.contains("run crossplay evaluate") })
    try ReportFolder.write(contents, to: training.report)
    let files = try files(training.report)
    #expect(files.contains("learning_curves.svg") && !files.contains("gap.svg"))
    #expect(try text(training.report, "report.html").contains("Not evaluated yet"))
  }

  @Test func anOlderEvaluationIsSaid() throws {
    let training = try ExampleTraining()
    try training.writeMetrics()
    try training.writeEvaluation(update: 2)
    #expect(try !training.contents().remarks.contains { $0.contains("of update 2") }, "there is no checkpoint yet")
    let yaml = try String(decoding: JSONEncoder().encode(training.configuration.yaml()), as: UTF8.self)
    try training.write(
      """
      {"format": 1, "update": 4, "state_hash": "0123", "description": {"configuration": \(yaml), "runs": [], "env_steps": 256,
      "environment": {"name": "hanabi", "version": 1, "parameters": {}}, "state_layout": "array_of_structures",
      "device": "a device"}}
      """, "checkpoints/000004/state.json")
    try training.write("", "checkpoints/000004/state.safetensors")
    let contents = try training.contents()
    #expect(contents.remarks.contains { $0.contains("of update 2") && $0.contains("of update 4") })
    #expect(try contents.hashes.contains { $0.hash == "0123" })
  }

  @Test func writingAgainReplacesWhatTheReportWrote() throws {
    let training = try evaluated()
    try ReportFolder.write(try training.contents(), to: training.report)
    try training.write("mine", "report/notes.txt")
    try FileManager.default.removeItem(at: training.evaluation)
    try ReportFolder.write(try training.contents(seconds: 60), to: training.report)
    let files = try files(training.report)
    #expect(!files.contains("gap.svg"), "the new report does not have it")
    #expect(try text(training.report, "notes.txt") == "mine")
    #expect(try text(training.report, "report.json").contains("1970-01-01T00:01:00Z"))
  }

  @Test func theSameFoldersGiveTheSameFiles() throws {
    let training = try evaluated()
    let other = training.url.appendingPathComponent("other")
    let record = try ReportFolder.write(try training.contents(), to: training.report)
    try ReportFolder.write(try training.contents(), to: other)
    for file in record.files { #expect(try text(training.report, file) == text(other, file), "\(file)") }
  }

  @Test(arguments: ["report.html", "gap.svg", "report.json"]) func whatIsNotOfAReportIsKept(name: String) throws {
    let training = try evaluated()
    try training.write("{\"mine\": true}", "report/\(name)")
    let failure = #expect(throws: FileFailure.self) {
      try ReportFolder.write(try training.contents(), to: training.report)
    }
    #expect(failure?.description.contains(name) == true)
    #expect(try files(training.report) == [name])
    #expect(try text(training.report, name) == "{\"mine\": true}")
  }

  @Test func namesThatReachOutsideAreNotRemoved() throws {
    let training = try evaluated()
    try ReportFolder.write(try training.contents(), to: training.report)
    let list = try text(training.report, "report.json").replacing("\"gap.svg\"", with: "\"../metrics.jsonl\"")
    try training.write(list, "report/report.json")
    try FileManager.default.removeItem(at: training.report.appendingPathComponent("gap.svg"))
    try ReportFolder.write(try training.contents(), to: training.report)
    #expect(FileManager.default.fileExists(atPath: training.url.appendingPathComponent("metrics.jsonl").path))
  }

  @Test func whatIsMissingOrDamagedIsNamed() throws {
    func expectFailure(_ texts: [String], _ change: (ExampleTraining) throws -> Void) throws {
      let training = try evaluated()
      try change(training)
      let failure = #expect(throws: FileFailure.self) { try training.contents() }
      for text in texts { #expect(failure?.description.contains(text) == true, "\(String(describing: failure))") }
    }
    func remove(_ training: ExampleTraining, _ name: String) throws {
      try FileManager.default.removeItem(at: training.url.appendingPathComponent(name))
    }
    try expectFailure(["holds no training"]) { try remove($0, "config.yaml") }
    try expectFailure(["summary.json", "is missing", "evaluate again"]) { try remove($0, "evaluation/summary.json") }
    try expectFailure(["matrix.json", "evaluate"]) { try $0.write("[{]", "evaluation/matrix.json") }
    try expectFailure(["matrix.json", "entries"]) {
      try $0.write("[{\"mode\": \"greedy\", \"seats\": 2, \"runs\": []}]", "evaluation/matrix.json")
    }
    try expectFailure(["different evaluations"]) { try $0.write("[]", "evaluation/matrix.json") }
    try expectFailure(["neither metrics nor an evaluation"]) {
      try remove($0, "metrics.jsonl")
      try remove($0, "evaluation")
    }
    try expectFailure(["state.json"]) {
      try $0.write("{}", "checkpoints/000004/state.json")
      try $0.write("", "checkpoints/000004/state.safetensors")
    }
  }

  @Test func symmetryDiagnosticsHaveATable() throws {
    let training = try evaluated()
    #expect(try !training.contents().page([]).contains("equivariance"))
    let file = training.url.appendingPathComponent("evaluation/summary.json")
    var summary = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    var configurations = try #require(summary["configurations"] as? [[String: Any]])
    let estimate = ["mean": 0.0625, "standard_error": 0.5, "count": 2] as [String: Any]
    configurations[1]["equivariance"] = ["colours": ["symmetries": 2, "divergence": estimate] as [String: Any]]
    summary["configurations"] = configurations
    try JSONSerialization.data(withJSONObject: summary).write(to: file)
    let document = try XMLDocument(xmlString: try training.contents().page([]))
    let cells = try document.nodes(forXPath: "//tr[td='colours']/*").compactMap(\.stringValue)
    #expect(cells == ["0.1", "colours", "2", "0.0625 ± 0.5000", "–", "–"])
  }

  @Test func configurationsThatMetHaveATableAndAFile() throws {
    let training = try ExampleTraining()
    try training.writeEvaluation(acrossConfigurations: true)
    let record = try ReportFolder.write(try training.contents(), to: training.report)
    #expect(record.files.contains("blocks.csv"))
    let document = try XMLDocument(xmlString: try text(training.report, "report.html"))
    let rows = try document.nodes(forXPath: "//table[caption[starts-with(., 'XP greedy')]]/tbody/tr")
    #expect(rows.map { $0.children?.first?.stringValue } == ["0", "0.1"])
    #expect(rows.first?.children?.last?.stringValue?.hasPrefix("1.250") == true)
  }

  @Test func severalTrainingsStandSideBySide() throws {
    let first = try evaluated()
    let second = try ExampleTraining(yaml: ExampleTraining.yaml.replacing("epochs: 1", with: "epochs: 2"))
    try second.writeMetrics()
    let contents = try first.contents([first.url, second.url])
    #expect(contents.remarks.contains { $0.contains("4 of 4 evaluated runs are of other trainings") })
    #expect(contents.trainings.count == 2 && contents.curves.runs.count == 8)
    #expect(Set(contents.curves.groups.map(\.configuration)).count == 4)
    let twice = #expect(throws: FileFailure.self) { try first.contents([first.url, first.url]) }
    #expect(twice?.description.contains("given twice") == true)
  }
}
