import Foundation
import TestSupport
import Testing

/// `crossplay flow`: the keys of its contract, its files, and its refusals.
@Suite struct FlowTests {
  private func flow(_ arguments: [String], in folder: URL) throws -> CommandRun {
    try CommandRun(["flow"] + arguments, in: folder)
  }

  @Test func aFlowReportsTheContractedKeys() throws {
    let folder = try TemporaryFolder()
    let run = try flow(["matching:2", "--alpha", "0.3", "--initialisations", "4", "--json"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try run.objects().first)
    let keys: Set = [
      "problem", "alpha", "initialisations", "self_play_sampled", "self_play_greedy", "cross_play_sampled",
      "cross_play_greedy", "max_policy_distance", "equivariance_error", "symmetry_group_order",
      "symmetry_group_order_exact",
      "symmetries_complete", "policies",
    ]
    #expect(keys.isSubset(of: Set(object.keys)))
    #expect(object["problem"] as? String == "matching:2")
    let seconds = try #require(object["seconds"] as? [String: Double])
    #expect(Set(seconds.keys) == ["read", "histories", "symmetries", "flows", "returns", "equivariance"])
    #expect(seconds.values.allSatisfy { $0 >= 0 } && seconds["flows"] != 0)
    #expect(object["initialisations"] as? Int == 4)
    #expect(object["symmetry_group_order"] as? Int == 2)
    let policies = try #require(object["policies"] as? [[[[Double]]]])
    #expect(policies.count == 4)
    let probability = try #require(policies[0][0][0].max())
    #expect(abs(probability - 0.9537) < 1e-3)
    #expect(abs(try #require(object["self_play_sampled"] as? Double) - 0.9117) < 1e-3)
  }

  @Test func aThresholdReportsTheContractedKeys() throws {
    let folder = try TemporaryFolder()
    let run = try flow(
      ["matching:3", "--threshold", "--initialisations", "6", "--tolerance", "0.002", "--json"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try run.objects().first)
    let low = try #require(object["threshold_low"] as? Double)
    let high = try #require(object["threshold_high"] as? Double)
    #expect(low < 0.3642 && 0.3642 < high && high - low <= 0.002)
    #expect(object["bound"] as? Double == 0.5)
    #expect((object["seconds"] as? [String: Double])?["flows"] ?? 0 > 0)
    let signalling = try flow(
      ["signalling", "--threshold", "--initialisations", "4", "--tolerance", "0.1", "--json"], in: folder.url)
    #expect(try #require(try signalling.objects().first)["bound"] is NSNull)
  }

  @Test func oneInitialisationHasNoCrossPlayAndAFileIsRead() throws {
    let folder = try TemporaryFolder()
    let text = """
      agents: 2
      discount: 1
      values: reward
      states: 1
      start: 0
      actions:
      2
      2
      observations:
      1
      1
      T: * :
      uniform
      O: * :
      uniform
      R: 0 : * : * : * : 1
      R: 3 : * : * : * : 1
      """
    try Data(text.utf8).write(to: folder.url.appendingPathComponent("coin.dpomdp"))
    let run = try flow(
      ["coin.dpomdp", "--horizon", "1", "--alpha", "0.3", "--initialisations", "1", "--permute-agents", "--json"],
      in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try run.objects().first)
    #expect(object["problem"] as? String == "coin")
    #expect(object["cross_play_sampled"] is NSNull)
    #expect(object["symmetry_group_order"] as? Int == 4)
  }

  @Test func ordersBeyondANumberAreTextAndSymmetriesCanBeLeftOut() throws {
    let folder = try TemporaryFolder()
    let run = try flow(["matching:25", "--alpha", "1", "--initialisations", "1", "--json"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try run.objects().first)
    #expect(object["symmetry_group_order_exact"] as? String == "15511210043330985984000000")
    #expect(abs(try #require(object["symmetry_group_order"] as? Double) / 1.5511210043330986e25 - 1) < 1e-12)
    #expect(object["symmetries_complete"] as? Bool == true)
    let without = try flow(
      ["matching:2", "--alpha", "1", "--initialisations", "1", "--no-symmetry", "--json", "--output", "out"],
      in: folder.url)
    #expect(without.status == 0, "\(without.errors)")
    let object2 = try #require(try without.objects().first)
    #expect(object2["symmetry_group_order"] is NSNull)
    #expect(object2["equivariance_error"] is NSNull)
    #expect(object2["symmetries_complete"] as? Bool == false)
    let text = try flow(["matching:2", "--alpha", "1", "--initialisations", "1", "--no-symmetry"], in: folder.url)
    #expect(text.status == 0 && !text.output.contains("symmetries"), "\(text.output)")
  }

  @Test func tablesAndFiguresAreWritten() throws {
    let folder = try TemporaryFolder()
    let many = try flow(
      ["matching:2", "--alpha", "0.31:0.61:4", "--initialisations", "4", "--output", "many"], in: folder.url)
    #expect(many.status == 0, "\(many.errors)")
    let one = try flow(["matching:2", "--alpha", "0.3", "--initialisations", "4", "--output", "one"], in: folder.url)
    #expect(one.status == 0, "\(one.errors)")
    func text(_ path: String) throws -> String {
      try String(contentsOf: folder.url.appendingPathComponent(path), encoding: .utf8)
    }
    #expect(try text("many/flow.csv").split(separator: "\n").count == 5)
    #expect(try text("many/first-decisions.csv").split(separator: "\n").count == 1 + 4 * 4 * 2)
    #expect(try text("many/bifurcation.svg").contains("lever-0 and 1 alike"))
    #expect(try text("one/trajectories.csv").split(separator: "\n").count == 1 + 61 * 4)
    for figure in ["objective", "entropy", "convergence"] {
      #expect(try text("one/\(figure).svg").contains("flow time"))
    }
  }

  @Test func anAnnealedFlowIsHeldAgainstTheKnownOptimum() throws {
    let folder = try TemporaryFolder()
    let run = try flow(["dec-tiger", "--anneal", "--initialisations", "2", "--json"], in: folder.url)
    let object = try #require(try run.objects().first)
    #expect(object["known_optimum"] as? Double == -4)
    #expect((object["seconds"] as? [String: Double])?["flows"] ?? 0 > 0)
    #expect(try #require(object["best_return"] as? Double) <= -4 + 1e-9)
  }

  @Test func aSearchReportsWhatItFound() throws {
    let folder = try TemporaryFolder()
    let run = try flow(
      ["--search", "2", "--horizon", "1", "--initialisations", "4", "--json", "--validate"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try run.objects().first)
    #expect(object["problems"] as? Int == 2)
    #expect((object["counter_examples"] as? [Any])?.isEmpty == true)
    #expect((object["largest_thresholds"] as? [Any])?.count == 2)
  }

  /// Files that ask for more than there is are answered in one sentence, before anything is allocated.
  @Test(arguments: [
    ("100000", "2", "2", "1", "100000 states"), ("2", "100000", "2", "1", "100000 x 100000 actions"),
    ("2", "2", "100000", "1", "100000 x 100000 observations"), ("2", "2", "2", "1e308", "the reward 1e308"),
  ]) func hostileFilesAreRefused(
    states: String, actions: String, observations: String, reward: String, mention: String
  ) throws {
    let folder = try TemporaryFolder()
    let text = """
      agents: 2
      discount: 1
      values: reward
      states: \(states)
      start: 0
      actions:
      \(actions)
      \(actions)
      observations:
      \(observations)
      \(observations)
      T: * :
      uniform
      O: * :
      uniform
      R: 0 : 0 : * : * : \(reward)
      """
    try Data(text.utf8).write(to: folder.url.appendingPathComponent("large.dpomdp"))
    let run = try flow(
      ["large.dpomdp", "--horizon", "1", "--alpha", "1", "--initialisations", "1", "--json"], in: folder.url)
    #expect(run.status == 1 && run.output.isEmpty, "\(run.status) \(run.output)")
    #expect(run.errors.contains(mention), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test(arguments: [
    (["dec-lion", "--alpha", "1"], ["dec-lion", "dec-tiger"]),
    (["dec-tiger", "--horizon", "9", "--alpha", "1"], ["joint histories", "largest feasible horizon is 5"]),
    (["dec-tiger", "--horizon", "0", "--alpha", "1"], ["horizon 0"]),
    (["dec-tiger", "--horizon", "1000000000000", "--alpha", "1"], ["horizon 1000000000000", "horizon is 5"]),
    (["matching:1", "--horizon", "1000000000000", "--alpha", "1"], ["horizon 1000000000000", "at most 1000"]),
    (["levers:1e308,-1e308", "--alpha", "1"], ["levers:1e308,-1e308", "beyond 1e+100"]),
    (["matching:2", "--alpha", "1e308"], ["--alpha 1e308", "1e+100"]),
    (["matching:1000", "--alpha", "1:2:10000", "--initialisations", "1000000"], ["--initialisations", "GiB"]),
    (["matching:2", "--alpha", "-1"], ["--alpha"]), (["matching:2", "--alpha", "a,b"], ["--alpha a,b"]),
    (["matching:2"], ["--alpha", "--threshold"]), (["matching:2", "--alpha", "1", "--threshold"], ["one of"]),
    (["matching:2", "--alpha", "1", "--no-symmetry", "--permute-agents"], ["--no-symmetry"]),
    (["--alpha", "1"], ["problem"]), (["matching:2", "--alpha", "1", "--discount", "2"], ["--discount 2"]),
    (["matching:2", "--alpha", "1", "--initialisations", "0"], ["--initialisations"]),
    (["levers:1,1x", "--alpha", "1"], ["1x"]), (["none.dpomdp", "--alpha", "1"], ["none.dpomdp"]),
  ])
  func badInputIsNamed(arguments: [String], mentions: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try flow(arguments, in: folder.url)
    #expect(run.status != 0)
    #expect(run.output.isEmpty)
    for mention in mentions { #expect(run.errors.contains(mention), "\(run.errors)") }
  }
}
