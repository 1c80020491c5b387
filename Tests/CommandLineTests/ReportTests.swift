import Foundation
import TestSupport
import Testing

/// `crossplay report` on what `train` and `evaluate` wrote.
@Suite struct ReportTests {
  private func trained() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
    let run = try CommandRun(["train", "small.yaml", "--output", "result"], in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    return folder
  }

  private func files(_ folder: TemporaryFolder, _ path: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder.file(path).path))
  }

  @Test func aReportNeedsNoDeviceAndGrowsWithTheEvaluation() throws {
    let folder = try trained()
    let noDevice = ["VK_ICD_FILENAMES": "/nowhere.json", "VK_DRIVER_FILES": "/nowhere.json"]
    let early = try CommandRun(["report", "result"], in: folder.url, environment: noDevice)
    #expect(early.status == 0, "\(early.errors)")
    #expect(early.errors.contains("run crossplay evaluate result, then crossplay report result"))
    #expect(early.output.contains("result/report/report.html"))
    #expect(
      try files(folder, "result/report") == [
        "learning_curves.csv", "learning_curves.svg", "learning_curves_seeds.csv", "learning_curves_seeds.svg",
        "report.html", "report.json",
      ])

    let evaluation = try CommandRun(["evaluate", "result", "--games", "4"], in: folder.url)
    try #require(evaluation.status == 0, "\(evaluation.errors)")
    let whole = try CommandRun(["report", "result", "--json"], in: folder.url, environment: noDevice)
    #expect(whole.status == 0 && whole.errors.isEmpty, "\(whole.errors)")
    let object = try #require(try whole.objects().first)
    #expect((object["remarks"] as? [String]) == [])
    #expect((object["hashes"] as? [String: String])?.keys.contains("result/checkpoints/000008 (tensors)") == true)
    let files = try files(folder, "result/report")
    #expect(Set(object["files"] as? [String] ?? []) == files)
    #expect(files.isSuperset(of: ["entropy_sweep.csv", "entropy_sweep.svg", "gap.svg", "matrix-greedy.svg"]))
    let page = try String(contentsOf: folder.file("result/report/report.html"), encoding: .utf8)
    #expect(page.contains("--games 4 --mode sampled,greedy --seed 0"))
    #expect(!page.contains(folder.url.path), "paths are as they were given")
  }

  @Test func whatCannotBeReportedIsNamedAndNothingIsWritten() throws {
    let folder = try TemporaryFolder()
    func expectFailure(_ arguments: [String], _ texts: [String]) throws {
      let run = try CommandRun(["report"] + arguments, in: folder.url)
      #expect(run.status != 0 && run.output.isEmpty)
      for text in texts { #expect(run.errors.contains(text), "\(run.errors)") }
    }
    try expectFailure(["nowhere"], ["nowhere", "holds no training"])
    try FileManager.default.createDirectory(at: folder.file("empty"), withIntermediateDirectories: true)
    try Data(smallConfiguration.utf8).write(to: folder.file("empty/config.yaml"))
    try expectFailure(["empty"], ["empty", "neither metrics nor an evaluation"])
    try expectFailure(["empty", "--evaluation", "elsewhere"], ["elsewhere", "no such folder"])
    #expect(try files(folder, "empty") == ["config.yaml"])
  }
}
