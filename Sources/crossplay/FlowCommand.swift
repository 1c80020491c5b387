import ArgumentParser
import Files
import Foundation
import Runs
import TabularDecPOMDP
import VulkanCompute

struct FlowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow",
    abstract: "Follows the exact policy-gradient flow of a tabular Dec-POMDP from many initialisations.",
    discussion: "PROBLEM is \(NamedProblem.choices).")

  @Argument(help: ArgumentHelp("The Dec-POMDP.", valueName: "problem"))
  var problem: String?

  @Option(
    name: .customLong("search"),
    help: ArgumentHelp(
      "Instead of a problem: search N random problems with planted symmetries for counter-examples, on the device.",
      valueName: "problems"))
  var searchedProblems: Int?

  @Option(help: "Steps per episode (default: that of the problem; 2 for a file).")
  var horizon: Int?

  @Option(
    help: ArgumentHelp("Entropy coefficients: 0.3, a list 0.3,0.45, or a range first:last:count.", valueName: "alpha"))
  var alpha: String?

  @Option(
    name: .customLong("initialisations"),
    help: "Initialisations: independent normal logits of standard deviation 0.5 (default: 64, and 8 with --search).")
  var initialisationCount: Int?

  @Flag(help: "Start every second flow close to a deterministic policy (--threshold always does).")
  var adversarial = false

  @Option(help: "Seed of the initialisations.")
  var seed: UInt64 = 0

  @Flag(help: "Find the alpha above which all initialisations reach one policy, by bisection.")
  var threshold = false

  @Option(help: "Width of the interval that brackets the threshold.")
  var tolerance = 1e-3

  @Flag(help: "Lower alpha step by step, and report the best deterministic policy found.")
  var anneal = false

  @Flag(help: "Also count symmetries that exchange agents.")
  var permuteAgents = false

  @Flag(name: .customLong("no-symmetry"), help: "Do not look for symmetries.")
  var withoutSymmetry = false

  @Option(help: "Replaces the discount of the problem.")
  var discount: Double?

  @Option(help: "Whether the entropies of later steps are discounted like rewards (discounted, undiscounted).")
  var entropyWeighting = EntropyWeighting.discounted

  @Option(help: ArgumentHelp("Also write tables (CSV) and figures (SVG) to this folder.", valueName: "folder"))
  var output: String?

  @Flag(
    help: "Print one JSON object per alpha, or one with the threshold or what the search found, with seconds per phase."
  )
  var json = false

  @OptionGroup var deviceOptions: DeviceOptions

  private var isSearch: Bool { searchedProblems != nil }
  private var initialisations: Int { initialisationCount ?? (isSearch ? 8 : 64) }

  func validate() throws {
    let most = isSearch ? CounterExampleSearch.mostInitialisations : 1_000_000
    guard (1...most).contains(initialisations) else {
      throw ValidationError("--initialisations is from 1 to \(most)\(isSearch ? " with --search" : "")")
    }
    guard tolerance > 0 else { throw ValidationError("--tolerance must be above 0") }
    guard (problem != nil) != isSearch else {
      throw ValidationError("give a problem or --search: \(NamedProblem.choices)")
    }
    guard [alpha != nil, threshold, anneal, isSearch].count(where: { $0 }) == 1 else {
      throw ValidationError("give one of --alpha, --threshold and --anneal, or --search alone")
    }
    guard !(permuteAgents && withoutSymmetry) else {
      throw ValidationError("--permute-agents is about symmetries, which --no-symmetry leaves out; give only one")
    }
    guard (1...1_000_000).contains(searchedProblems ?? 1) else {
      throw ValidationError("--search is from 1 to 1000000 problems")
    }
  }

  func run() throws {
    if let searchedProblems { return try search(searchedProblems) }
    var seconds = FlowSeconds()
    var named = try seconds.measure(\.read) { try NamedProblem(problem ?? "") }
    if let horizon { named.horizon = horizon }
    if let discount {
      guard (0...1).contains(discount) else { throw UsageError("--discount \(discount): expected 0 to 1") }
      named.problem.discount = discount
    }
    let form = try seconds.measure(\.histories) { try SequenceForm(named.problem, horizon: named.horizon) }
    try checkMemory(form)
    if threshold {
      try printThreshold(form, seconds)
    } else if anneal {
      try printAnnealing(form, seconds)
    } else {
      try printFlows(form, seconds)
    }
  }

  /// The ends of all flows stay in memory: logits and probabilities, with 61 samples on the way where they are drawn.
  private func checkMemory(_ form: SequenceForm) throws {
    let alphas = try alpha.map { try Self.alphas($0).count } ?? 1
    let copies = output != nil && alphas == 1 ? 2 + FlowFigures.sampleCount : 2
    let bytes = Double(alphas * initialisations) * Double(form.parameterCount * copies * MemoryLayout<Double>.stride)
    let memory = Double(MachineMemory.availableBytes)
    guard bytes > memory / 2 else { return }
    throw UsageError(
      "--initialisations \(initialisations): their policies would take \((bytes / 0x1p30).rounded()) GiB, and this machine has "
        + "\((memory / 0x1p30).rounded()) GiB; take fewer, or fewer alphas")
  }

  private func printFlows(_ form: SequenceForm, _ seconds: FlowSeconds) throws {
    var seconds = seconds
    let alphas = try Self.alphas(alpha ?? "")
    let folder = output.map { URL(fileURLWithPath: $0) }
    let group = seconds.measure(\.symmetries) {
      withoutSymmetry ? nil : SymmetryGroup(form.problem, permutesAgents: permuteAgents)
    }
    if let group, !group.isComplete {
      Console.log.warning(
        """
        the search for symmetries was given up: at least \(group.order) are known, and equivariance is measured under \
        these; --no-symmetry skips the search
        """)
    }
    var ensembles: [FlowEnsemble] = []
    var reports: [FlowReport] = []
    for alpha in alphas {
      let times =
        folder != nil && alphas.count == 1 ? FlowFigures.sampleTimes(form.problem, alpha: alpha) : []
      var secondsHere = seconds
      let ensemble = secondsHere.measure(\.flows) {
        FlowEnsemble(
          form, alpha: alpha, initialisations: initialisations, seed: seed, kind: adversarial ? .adversarial : .random,
          weighting: entropyWeighting, sampleTimes: times)
      }
      let report = FlowReport(ensemble, group: group, seed: seed, weighting: entropyWeighting, seconds: secondsHere)
      if report.unfinished > 0 {
        Console.log.warning("alpha \(alpha): \(report.unfinished) flows were given up before they converged")
      }
      if json { try Console.printJSON(report) } else { try Console.print(Self.text(report)) }
      ensembles.append(ensemble)
      reports.append(report)
    }
    if let folder { try write(ensembles, reports, group, to: folder) }
  }

  private func write(
    _ ensembles: [FlowEnsemble], _ reports: [FlowReport], _ group: SymmetryGroup?, to folder: URL
  ) throws {
    try Folder.make(folder)
    func write(_ text: String?, _ name: String) throws {
      if let text { try AtomicFile.write(text, to: folder.appendingPathComponent(name)) }
    }
    try write(FlowTables.summary(reports), "flow.csv")
    try write(FlowTables.firstDecisions(ensembles), "first-decisions.csv")
    if ensembles.count > 1 {
      try write(FlowFigures.bifurcation(ensembles, group: group), "bifurcation.svg")
    } else {
      try write(FlowTables.trajectories(ensembles[0]), "trajectories.csv")
      try write(FlowFigures.objective(ensembles[0]), "objective.svg")
      try write(FlowFigures.entropy(ensembles[0]), "entropy.svg")
      try write(FlowFigures.convergence(ensembles[0]), "convergence.svg")
    }
    Console.log.info("written to \(folder.relativePath)")
  }

  private func printThreshold(_ form: SequenceForm, _ seconds: FlowSeconds) throws {
    var seconds = seconds
    let found = try seconds.measure(\.flows) {
      try Threshold(
        form, initialisations: initialisations, seed: seed, tolerance: tolerance, weighting: entropyWeighting
      ) { side in
        let found = side.isUnique ? "one policy" : "different policies"
        Console.log.info(
          "alpha \(side.alpha): \(found), distance \(side.maxPolicyDistance) over \(side.initialisations) initialisations"
        )
      }
    }
    if json {
      try Console.printJSON(ThresholdReport(found, form, seed: seed, weighting: entropyWeighting, seconds: seconds))
    } else {
      let low = found.low.map { "above \($0.alpha)" } ?? "below \(Threshold.smallestAlpha) of the reward range"
      let bound = found.bound.map { "; alpha above \($0) is known to suffice" } ?? ""
      try Console.print("\(form.problem.name): the threshold is \(low) and at most \(found.high.alpha)\(bound)")
    }
  }

  private struct AnnealingResult: Encodable {
    let problem: String
    let horizon: Int
    let discount: Double
    let initialisations: Int
    let bestReturn: Double
    let initialisationsAtBest: Int
    let knownOptimum: Double?
    let histories: [[String]]
    let policy: [[[Double]]]
    let seconds: FlowSeconds
  }

  private func printAnnealing(_ form: SequenceForm, _ seconds: FlowSeconds) throws {
    var seconds = seconds
    let annealing = seconds.measure(\.flows) {
      Annealing(
        form, schedule: .init(for: form.problem), initialisations: initialisations, seed: seed,
        weighting: entropyWeighting)
    }
    let best = annealing.bestReturn
    let result = AnnealingResult(
      problem: form.problem.name, horizon: form.horizon, discount: form.problem.discount,
      initialisations: initialisations, bestReturn: best,
      initialisationsAtBest: annealing.returns.count { $0 > best - 1e-9 },
      knownOptimum: KnownOptima.value(of: form.problem, horizon: form.horizon), histories: form.historyNames,
      policy: form.nested(annealing.bestPolicy), seconds: seconds)
    if json { return try Console.printJSON(result) }
    let optimum = result.knownOptimum.map { ", known optimum \($0)" } ?? ""
    try Console.print(
      "\(result.problem), horizon \(result.horizon): best return \(best), reached by \(result.initialisationsAtBest) of "
        + "\(initialisations) initialisations\(optimum)")
  }

  private func search(_ count: Int) throws {
    var search = CounterExampleSearch()
    search.problemCount = count
    search.problems.seed = seed
    search.initialisations = initialisations
    if let horizon {
      guard (1...2).contains(horizon) else { throw UsageError("--horizon \(horizon): --search takes 1 or 2") }
      search.horizon = horizon
    }
    let device = try deviceOptions.open()
    let clock = ContinuousClock()
    let start = clock.now
    let report = try search.run(on: device) { done in Console.log.info("\(done) of \(count) problems") }
    try deviceOptions.finish(device)
    Console.log.info("\(report.flows) flows in \((clock.now - start).inSeconds) s on \(report.device)")
    if json { return try Console.printJSON(report) }
    for (alpha, problems) in zip(report.alphas, report.ambiguousProblems) {
      try Console.print(
        String(format: "alpha %.4f: %d of %d problems still have several policies", alpha, problems, report.problems))
    }
    for found in report.largestThresholds {
      try Console.print(
        String(format: "%@: threshold %.4f to %.4f of the reward range", found.problem, found.low, found.high))
    }
    try Console.print(
      "\(report.suspects) suspects at the largest alpha, \(report.counterExamples.count) counter-examples")
    for found in report.counterExamples {
      try Console.print(
        "\(found.problem): at alpha \(found.alpha) policies differ by \(found.maxPolicyDistance), from equivariance by "
          + "\(found.equivarianceError)")
    }
  }

  private static func text(_ report: FlowReport) -> String {
    func short(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "-" }
    let equivariance = report.symmetryGroupOrder.map { order in
      ", from equivariance by \(short(report.equivarianceError)) "
        + "(\(report.symmetriesComplete ? "" : "at least ")\(order) symmetries)"
    }
    return "\(report.problem), alpha \(report.alpha): SP \(short(report.selfPlaySampled)) sampled, "
      + "\(short(report.selfPlayGreedy)) greedy; XP \(short(report.crossPlaySampled)) sampled, "
      + "\(short(report.crossPlayGreedy)) greedy; \(report.initialisations) initialisations differ by up to "
      + "\(short(report.maxPolicyDistance))\(equivariance ?? "")"
  }

  /// `0.3`, `0.3,0.45` or `0.05:0.6:56`.
  static func alphas(_ text: String) throws -> [Double] {
    let error = UsageError(
      "--alpha \(text): expected positive numbers such as 0.3, 0.3,0.45 or 0.05:0.6:56 (first, last, count)")
    let range = text.split(separator: ":", omittingEmptySubsequences: false)
    let alphas: [Double]
    if range.count == 3 {
      guard let first = Double(range[0]), let last = Double(range[1]), let count = Int(range[2]),
        (2...10_000).contains(count), first < last
      else { throw error }
      alphas = (0..<count).map { first + (last - first) * Double($0) / Double(count - 1) }
    } else {
      alphas = try text.split(separator: ",", omittingEmptySubsequences: false).map { item in
        guard let alpha = Double(item) else { throw error }
        return alpha
      }
    }
    guard alphas.allSatisfy({ $0 > 0 }) else { throw error }
    guard alphas.allSatisfy({ $0 <= DecPOMDP.largestReward }) else {
      throw UsageError("--alpha \(text): expected at most \(DecPOMDP.largestReward)")
    }
    return alphas
  }
}

extension EntropyWeighting: ExpressibleByArgument {}
