// Problems as the command line names them.
import Testing

@testable import TabularDecPOMDP

@Suite struct NamedProblemTests {
  @Test func leverPaysAreRepeated() throws {
    #expect(try NamedProblem("levers:1.0x2,0.9").problem.rewards == [1, 0, 0, 0, 1, 0, 0, 0, 0.9])
    #expect(try NamedProblem("matching:3").problem.rewards == [1, 0, 0, 0, 1, 0, 0, 0, 1])
    #expect(try NamedProblem("matching:3").horizon == 1)
  }

  @Test(arguments: [
    "matching:", "matching:0", "matching:two", "levers:", "levers:1.0x", "levers:1x2x3", "levers:1,,2", "dec-lion",
    "dec-tiger:3", "levers:1x999,1x999",
  ])
  func unknownNamesAreRefused(name: String) {
    let error = #expect(throws: ProblemError.self) { try NamedProblem(name) }
    #expect(error?.description.contains(name) == true)
  }

  @Test func rowsThatDoNotSumToOneAreRefusedByName() {
    let error = #expect(throws: ProblemError.self) {
      try DecPOMDP(
        name: "broken", states: ["a", "b"], actions: [["go"], ["go"]], observations: [["o"], ["o"]], start: [1, 0],
        transition: { s, _, _ in s == 0 ? 0.5 : 0.4 }, observation: { _, _, _ in 1 }, reward: { _, _, _ in 0 })
    }
    #expect(error?.description.contains("broken: T: go go : b") == true, "\(error?.description ?? "")")
  }
}
