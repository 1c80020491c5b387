import Environments
import TestSupport
import Testing

@Suite struct LeversParametersTests {
  @Test func theDefaultIsTenEqualLeversOnceForTwo() throws {
    let rules = try levers().parameters
    #expect(rules.players == 2 && rules.rounds == 1)
    #expect(rules.pay == .matching(Array(repeating: 1, count: 10)))
  }

  @Test(
    arguments: [
      ("1.0x9,1.1", Array(repeating: 1.0, count: 9) + [1.1]), ("1,2 , 3", [1, 2, 3]), ("0.5 x 2, -1", [0.5, 0.5, -1]),
    ] as [(String, [Double])])
  func paysAsTextRepeatWithX(text: String, pays: [Double]) throws {
    #expect(try levers(["pay": .text(text)]).parameters.pay == .matching(pays))
  }

  @Test func paysAsListAndAsTextAreTheSame() throws {
    let list = try levers(["pay": [1, 1, 1.5]])
    #expect(list.parametersDescription == (try levers(["pay": "1x2,1.5"])).parametersDescription)
    #expect(list.parametersDescription["pay"] == [1, 1, 1.5])
  }

  @Test func aMatrixMayBeLopsided() throws {
    #expect(try levers(["pay": [[1, 2], [3, 4]]]).parameters.pay == .pairs([[1, 2], [3, 4]]))
  }

  @Test(
    arguments: [
      (["players": 1], "environment.players = 1; expected a whole number from 2 to 8"),
      (["rounds": 0], "environment.rounds = 0"), (["levers": 1], "environment.levers = 1"), (["levers": 65], "2 to 64"),
      (["lever": 3], "environment.lever is not a known key"),
      (["levers": 3, "pay": [1, 2, 3]], "remove environment.levers"),
      (["pay": [1]], "environment.pay has 1 levers; expected 2 to 64"), (["pay": "1x65"], "has 65 levers"),
      (["pay": 3], "environment.pay = 3; expected numbers"), (["pay": "1,,2"], "environment.pay = 1,,2"),
      (["pay": "1x2x3"], "environment.pay = 1x2x3"), (["pay": "1 0,2"], "environment.pay = 1 0,2"),
      (["pay": "1x0,2"], "such as 1.0x9,1.1"), (["pay": "nan,1"], "environment.pay = nan,1"),
      (["pay": [1, "two"]], "environment.pay = [1, two]"), (["pay": []], "environment.pay has 0 levers"),
      (["pay": [[1, 2], [3, 4]], "players": 3], "a matrix, which is for 2 players, not 3"),
      (["pay": [[1, 2], [3]]], "row 2 has 1 entries for 2 levers"),
      (["pay": [[1, 2], 3]], "environment.pay row 2 = 3"),
      (["pay": [[1]]], "environment.pay has 1 rows"), (["pay": [[1, 1e7], [1, 1]]], "environment.pay row 1"),
      (["cue": 1, "rounds": 2], "environment.cue = 1; expected true or false"),
      (
        ["cue": true],
        "environment.cue = true needs a round in which the cue is no longer shown; set environment.rounds"
      ),
      (["cue": true, "rounds": 2, "pay": [[1, 0], [0, 1]]], "which a matrix does not have; give one pay per lever"),
    ] as [([String: ParameterValue], String)])
  func badParametersAreRefusedWithASentenceThatNamesTheKey(
    parameters: [String: ParameterValue], sentence: String
  ) throws {
    let error = #expect(throws: EnvironmentParameters.Invalid.self) { try levers(parameters) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func theUsualGameIsDescribedWithoutCue() throws {
    #expect(
      try levers(["cue": false, "rounds": 2]).parametersDescription.keys.sorted() == ["pay", "players", "rounds"])
    let cued = try levers(["cue": true, "rounds": 4, "levers": 5])
    #expect(cued.parametersDescription["cue"] == true)
    #expect(cued.observationFeatureCount == 1 + 4 + 5 && cued.stateWordCount == 8)
    #expect(cued.observationLayout.map(\.name) == ["bias", "round", "cue"])
  }

  @Test func recordedGamesAreRefused() throws {
    let error = #expect(throws: TraceError.self) {
      _ = try LeversEnvironment.recordedGames(
        from: TraceContents(file: "levers.json", data: .init(#"{"format": 2, "env": "levers"}"#.utf8)))
    }
    #expect(error?.problem == "records levers, which has no reference implementation to replay")
  }
}
