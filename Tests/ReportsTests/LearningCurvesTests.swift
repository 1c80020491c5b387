// Learning curves from metrics with known numbers.
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite struct LearningCurvesTests {
  private func curves(_ training: ExampleTraining, binCount: Int = 150) throws -> LearningCurves {
    try LearningCurves(try ReportedTraining.read([training.url]), binCount: binCount)
  }

  @Test func aPointIsTheMeanOverSeedsWithItsError() throws {
    let training = try ExampleTraining()
    try training.writeMetrics()
    let curves = try curves(training)
    #expect(curves.quantities.map(\.column) == ["episode_return", "entropy", "outcome_bombed", "outcome_perfect"])
    let points = curves.points(try #require(curves.groups.last))
    #expect(points.map(\.envSteps) == [64, 128, 192, 256])
    #expect(points.allSatisfy { $0.runs == 2 })
    // Runs 2 and 3: returns 20 + u and 30 + u, entropies 2 + 1/u and 3 + 1/u, 2/8 and 3/8 bombed.
    #expect(points.map { $0.estimates[0]?.mean } == [26, 27, 28, 29])
    #expect(points.allSatisfy { abs(($0.estimates[0]?.standardError ?? 0) - 5) < 1e-12 })
    #expect(points[1].estimates[1]?.mean == 3)
    #expect(points[0].estimates[2]?.mean == 0.3125)
    #expect(points[0].estimates[3] == nil)
  }

  @Test func aPieceWeighsReturnsByEpisodesAndEntropyByUpdates() throws {
    let training = try ExampleTraining()
    try training.write(
      training.line(run: 0, update: 1, episodes: 1) + training.line(run: 0, update: 2, episodes: 3)
        + training.line(run: 0, update: 3, episodes: 0) + training.line(run: 1, update: 4), "metrics.jsonl")
    let curves = try curves(training, binCount: 2)
    #expect(curves.runs.map(\.run.name) == ["entropy_coefficient=0_seed=0", "entropy_coefficient=0_seed=1"])
    let points = curves.points(curves.groups[0])
    #expect(points.map(\.runs) == [1, 2])
    #expect(points[0].estimates[0]?.mean == 1.75)
    #expect(points[0].estimates[1]?.mean == 0.75)
    #expect(points[0].envSteps == 96)
    #expect(points[1].envSteps == 224, "of run 0 at 192 and run 1 at 256")
    #expect(points[1].estimates[0]?.count == 1, "run 0 ended no episode there")
    #expect(points[1].estimates[1]?.count == 2)
  }

  @Test func tablesAreWrittenAsCSV() throws {
    let training = try ExampleTraining(
      yaml: ExampleTraining.yaml.replacing("[0.0, 0.1]", with: "[0.5]").replacing("256", with: "128"))
    try training.write(
      training.line(run: 0, update: 1) + training.line(run: 1, update: 1) + training.line(run: 0, update: 2),
      "metrics.jsonl")
    let curves = try curves(training)
    #expect(
      curves.csvPerRun == """
        run,configuration,seed,env_steps,updates,episodes,episode_return,entropy,outcome_bombed,outcome_perfect
        entropy_coefficient=0.5_seed=0,entropy_coefficient=0.5,0,64,1,4,1.0,1.0,0.0,
        entropy_coefficient=0.5_seed=0,entropy_coefficient=0.5,0,128,1,4,2.0,0.5,0.0,
        entropy_coefficient=0.5_seed=1,entropy_coefficient=0.5,1,64,1,4,11.0,2.0,0.125,

        """)
    #expect(
      curves.csv == """
        configuration,learning_rate,learning_rate_warmup,gamma,gae_lambda,clip_epsilon,value_coefficient,entropy_coefficient,\
        final_entropy_coefficient,max_gradient_norm,adam_beta1,adam_beta2,adam_epsilon,env_steps,runs,episode_return,\
        episode_return_standard_error,entropy,entropy_standard_error,\
        outcome_bombed,outcome_bombed_standard_error,outcome_perfect,outcome_perfect_standard_error
        entropy_coefficient=0.5,0.0005,0.0,0.99,0.95,0.2,0.5,0.5,,0.5,0.9,0.999,1e-05,64,2,6.0,5.0,1.5,0.5,0.0625,0.0625,,
        entropy_coefficient=0.5,0.0005,0.0,0.99,0.95,0.2,0.5,0.5,,0.5,0.9,0.999,1e-05,128,1,2.0,,0.5,,0.0,,,

        """)
  }

  @Test func tornAndForeignLinesAreLeftOutAndSaid() throws {
    let training = try ExampleTraining()
    try training.write(
      training.line(run: 0, update: 1) + "not JSON\n" + training.line(run: 9, update: 1)
        + training.line(run: 0, update: 99) + training.line(run: 1, update: 1).prefix(30), "metrics.jsonl")
    let curves = try curves(training)
    #expect(curves.runs.count == 1)
    let source = try #require(curves.sources.first)
    #expect(source.foreignLines == 2 && source.count.invalidLines == 1 && source.count.endsInsideLine)
    let remarks = source.remarks.joined(separator: "\n")
    for text in ["cut short", "first line 2", "2 lines are of runs or updates"] { #expect(remarks.contains(text)) }
  }

  @Test func figuresNameQuantitiesUnitsAndValues() throws {
    let training = try ExampleTraining()
    try training.writeMetrics()
    let curves = try curves(training)
    let means = try SVGLayout(try #require(LearningCurvesFigure.means(curves, title: "example")))
    #expect(means.problems == [])
    for text in ["env steps per run", "return per game (points)", "policy entropy (nats)", "bombed (per game)", "0.1"] {
      #expect(means.contents.contains(text), "\(text)")
    }
    #expect(!means.contents.contains("perfect (per game)"), "nothing was measured")
    let seeds = try SVGLayout(try #require(LearningCurvesFigure.seeds(curves, title: "example")))
    #expect(seeds.problems == [])
    #expect(seeds.contents.contains("entropy coefficient 0.1"))
  }

  @Test(arguments: [1, 7, 12], [2, 16]) func labelsDoNotTouch(values: Int, seeds: Int) throws {
    let sweep = (0..<values).map { 0.0125 * Double($0 + 1) }
    let training = try ExampleTraining(
      yaml: ExampleTraining.yaml.replacing("seeds: 2", with: "seeds: \(seeds)").replacing(
        "[0.0, 0.1]", with: "\(sweep)"))
    let lines = (1...4).flatMap { update in (0..<values * seeds).map { training.line(run: $0, update: update) } }
    try training.write(lines.joined(), "metrics.jsonl")
    let curves = try curves(training)
    for svg in [LearningCurvesFigure.means(curves, title: "t"), LearningCurvesFigure.seeds(curves, title: "t")] {
      #expect(try SVGLayout(try #require(svg)).problems == [])
    }
  }

  @Test func largeNumbersAreShort() {
    #expect(
      [0, 950, 50_000, 1_500_000, 2e9, 1e10].map(LearningCurvesFigure.magnitude) == [
        "0", "950", "50k", "1.5M", "2G", "10G",
      ])
  }
}
