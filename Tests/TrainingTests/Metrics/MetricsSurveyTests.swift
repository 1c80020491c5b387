import Testing

@testable import Training

@Suite struct MetricsSurveyTests {
  private func survey(_ lines: [(run: Int, update: Int)]) -> MetricsSurvey {
    var survey = MetricsSurvey()
    for line in lines { survey.add(run: line.run, update: line.update) }
    return survey
  }

  @Test func wholeMetricsHaveNoGaps() {
    let survey = survey([(0, 1), (1, 1), (0, 2), (1, 2)])
    #expect(survey.gaps().isEmpty && survey.gaps(upTo: [0: 2, 1: 1]).isEmpty)
    #expect(MetricsSurvey.text(survey.gaps()) == nil)
    #expect(survey.lastUpdate == 2 && survey.lastUpdate(ofRun: 7) == 0 && !survey.isEmpty)
  }

  @Test func gapsAreCountedOverRuns() {
    let survey = survey([(0, 1), (0, 4), (1, 1), (1, 4), (2, 3), (2, 4), (2, 9)])
    #expect(
      survey.gaps(upTo: [0: 4, 3: 2]) == [
        .init(updates: 1...2, runs: 2), .init(updates: 2...3, runs: 2), .init(updates: 5...8, runs: 1),
      ])
    #expect(
      MetricsSurvey.text(survey.gaps() + [.init(updates: 20...20, runs: 1)])
        == "there are no lines for updates 1 to 2 of 1 run, 2 to 3 of 2 runs, 5 to 8 of 1 run and 1 more gaps")
  }
}
