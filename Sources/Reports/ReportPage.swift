import Configuration
import Evaluation
import Figures
import Files
import Foundation
import Runs
import Training

extension ReportContents {
  /// The page: summary, figures, methods, configuration and provenance.
  ///
  /// - Parameter figures: The figures in the page, which are also files beside it.
  func page(_ figures: [ReportFigure]) throws -> String {
    var page = HTMLPage(title: "\(title): training and cross-play report")
    page.paragraph(introduction)
    for remark in remarks { page.paragraph(remark, isNote: true) }
    let tables = evaluation.map { ReportTables($0) }
    if let tables {
      let panels = tables.modePanels
      page.heading("Self-play and cross-play")
      if let first = panels.first {
        page.table(tables.returns(first))
        if let comparisons = tables.comparisons(first) { page.table(comparisons) }
      }
      if let equivariance = tables.equivariance { page.table(equivariance) }
      for places in panels.dropFirst() {
        page.details("Returns: \(tables.names(places))") {
          $0.table(tables.returns(places))
          if let comparisons = tables.comparisons(places) { $0.table(comparisons) }
        }
      }
      for places in panels {
        if let outcomes = tables.outcomes(places) {
          page.details("Outcomes: \(tables.names(places))") { $0.table(outcomes) }
        }
      }
      for places in panels { page.details("Ties: \(tables.names(places))") { $0.table(tables.ties(places)) } }
      if !tables.blocks.isEmpty {
        page.heading("Cross-play between configurations", level: 3)
        for table in tables.blocks { page.table(table) }
      }
    }
    for figure in figures {
      if let heading = figure.heading { page.heading(heading) }
      guard let summary = figure.summary else {
        page.figure(figure.svg, caption: figure.caption, file: figure.file)
        continue
      }
      page.details(summary) { $0.figure(figure.svg, caption: figure.caption, file: figure.file) }
    }
    page.heading("How the numbers are estimated")
    for paragraph in methods { page.paragraph(paragraph) }
    page.heading("Configuration and provenance")
    for training in trainings {
      let name = trainings.count > 1 ? " of \(training.folders[0].url.relativePath)" : ""
      try page.details("Configuration\(name)") { $0.preformatted(try training.configuration.yaml()) }
    }
    page.details("Versions, devices, policies") { $0.table(provenance) }
    try page.details("Content hashes") { $0.table(try hashTable) }
    page.heading("Commands", level: 3)
    page.preformatted(commands.joined(separator: "\n"))
    return page.source
  }

  private var introduction: String {
    let environments = Set(
      trainings.map { training in
        let choice = training.configuration.environment
        let values = choice.values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return values.isEmpty ? choice.name : "\(choice.name) (\(values.joined(separator: ", ")))"
      }
    ).sorted()
    let runs = trainings.reduce(0) { $0 + $1.runs.count }
    let configurations = trainings.reduce(0) { $0 + $1.configuration.sweep.points.count }
    let seeds = Set(trainings.map(\.configuration.seeds.count)).sorted().map(String.init).joined(separator: " or ")
    let steps = trainings.flatMap { training in
      training.folders.flatMap(\.checkpoints).map { $0.update * training.configuration.envStepsPerUpdate }
    }
    let trained = steps.max().map { "trained for \(LearningCurvesFigure.magnitude(Double($0))) env steps each" }
    return "\(environments.joined(separator: "; ")). \(runs) runs: \(configurations) configurations × \(seeds) seeds, "
      + "\(trained ?? "no checkpoint yet"). Made \(date) by crossplay \(program.version), commit \(program.commit)."
  }

  var date: String { program.date.formatted(.iso8601) }

  private var methods: [String] {
    let pairs = evaluation.map { $0.summary.seats == 2 ? "ordered pairs" : "ordered teams" } ?? "ordered pairs"
    var methods = [
      "M[i, j, …] is the mean return per game of the team with run i in seat 0, run j in seat 1, …; every environment "
        + "plays a fixed number of games to their end. Self-play: SP = (1/R) Σ_i M[i, i, …] over the R runs (seeds) of a "
        + "configuration, standard error = s / √R, with s the standard deviation over runs (ddof 1). Cross-play, all "
        + "\(pairs): XP = mean of M over all evaluated \(pairs) of distinct runs; since teams share runs, its standard "
        + "error is the standard deviation over bootstrap samples that draw R runs with replacement. Cross-play, "
        + "disjoint: runs (0, 1), (2, 3), … in the order of their seeds form m teams without a common run, each sample "
        + "is the mean over the seatings of a team, standard error = s / √m. Gap: SP − XP over all pairs, standard error "
        + "by the same bootstrap for both at once. A dash means that there are too few runs for an error, or nothing to "
        + "divide by. Outcomes that are ratios divide sums over all games.",
      "Comparison with the standard value: the default of the swept key where it was trained, else the smallest above 0 (or "
        + "the first configuration where no number is swept). Runs of one seed begin alike in both configurations. D is the "
        + "difference of XP over the R seeds that both have; its standard error is the jackknife's, s / √R with s the "
        + "standard deviation of R D − (R − 1) D without one seed; t = D / error, against Student's t with R − 1 degrees of "
        + "freedom (Arvesen 1969, Jackknifing U-statistics, Ann. Math. Stat. 40, 2076–2100). Disjoint: a paired t-test over "
        + "m teams. Both one-sided: p is the probability of such a t or a larger one if there is no difference.",
      "Sampled: actions are drawn from the policy's distribution over legal actions, as in training. Greedy: the first "
        + "of the legal actions with the largest logit.",
    ]
    if !curves.isEmpty {
      methods.append(
        "Learning curves: every run's updates are gathered into at most \(LearningCurves.mostPieces) pieces of equal "
          + "length; returns and outcomes are means over the episodes that ended in a piece, entropy is the mean over "
          + "its updates. Lines are means over the seeds that got so far, bands ± one standard error over them.")
    }
    return methods
  }

  private var provenance: HTMLPage.Table {
    var table = HTMLPage.Table(caption: "What made these numbers.", header: ["what", "value"])
    table.textColumns = 2
    table.rows = [
      ["report written", date], ["crossplay (this report)", "\(program.version), commit \(program.commit)"],
    ]
    for folder in trainings.flatMap(\.folders) {
      let name = folders.count > 1 ? "\(folder.url.relativePath): " : ""
      let states = folder.checkpoints.map(\.description)
      let environments = Set(states.map { "\($0.environment.name), version \($0.environment.version)" }).sorted()
      table.rows += environments.map { ["\(name)environment", $0] }
      table.rows += Set(states.map(\.device)).sorted().map {
        ["\(name)trained on (device, driver, profile, matrix products)", $0]
      }
      table.rows += Set(states.compactMap(\.program)).sorted().map { ["\(name)trained by crossplay", $0] }
      table.rows += folder.checkpoints.map { checkpoint in
        let state = checkpoint.description
        return [
          "\(name)last checkpoint",
          "update \(checkpoint.update), \(state.envSteps) env steps per run, \(state.runs.count) runs",
        ]
      }
    }
    for group in Dictionary(grouping: crossPlayCurves.evaluations, by: { $0.label ?? "" }).sorted(by: {
      $0.key < $1.key
    }) {
      let updates = group.value.map { "\($0.recorded.record.update)" }.joined(separator: ", ")
      table.rows.append(["\(group.key.isEmpty ? "" : "\(group.key): ")evaluated over training", "updates \(updates)"])
    }
    for source in curves.sources {
      table.rows.append(["metrics read", "\(source.file.relativePath): \(source.count.lines) lines"])
    }
    if let record = evaluation?.record {
      table.rows += record.trainings.map {
        [
          "evaluated policies",
          "\($0.label ?? $0.configuration): \($0.runs) runs, update \($0.update), \($0.envSteps) env steps per run",
        ]
      }
      table.rows += [
        ["evaluated by crossplay", record.program ?? "not recorded"],
        ["evaluated on (device, driver)", record.device],
        [
          "evaluation",
          "\(record.games) games per entry, seed \(record.seed), modes \(record.modes.joined(separator: ", "))",
        ],
        ["tie tolerance", "\(record.tieTolerance)"], ["bootstrap samples", "\(record.bootstrapSamples)"],
        ["most teams per configuration (3 seats and more)", "\(record.maxTuples)"],
        ["configurations paired with each other", record.acrossConfigurations ? "yes" : "no"],
      ]
    }
    return table
  }

  /// What gives the same files again; the configuration is in the training's folder.
  var commands: [String] {
    let names = folders.map(\.relativePath).joined(separator: " ")
    var commands = trainings.map { training in
      "crossplay train \(training.folders[0].configurationFile.relativePath) --output NEW"
        + (training.folders.count > 1 ? "   # or in \(training.folders.count) shards" : "")
    }
    if let evaluation {
      let record = evaluation.record
      let usual = folders[0].appendingPathComponent(EvaluationFolder.name).standardizedFileURL
      let isUsual = trainings.count == 1 && evaluation.folder.standardizedFileURL == usual
      let output = isUsual ? "" : " --output \(evaluation.folder.relativePath)"
      commands.append(
        "crossplay evaluate \(names) --games \(record.games) --mode \(record.modes.joined(separator: ",")) "
          + "--seed \(record.seed) \(record.acrossConfigurations ? "--across" : "--no-across")"
          + "\(record.symmetry ? " --symmetry" : "")\(output)")
    }
    return commands + [program.command]
  }

  /// Files and policies with their content hashes.
  var hashes: [(what: String, hash: String)] {
    get throws {
      var hashes: [(String, String)] = []
      for folder in trainings.flatMap(\.folders) {
        hashes.append((folder.configurationFile.relativePath, try FileHash.digits(of: folder.configurationFile)))
        if FileManager.default.fileExists(atPath: folder.metricsFile.path) {
          hashes.append((folder.metricsFile.relativePath, try FileHash.digits(of: folder.metricsFile)))
        }
        hashes += folder.checkpoints.map { ("\($0.url.relativePath) (tensors)", $0.stateHash) }
        hashes += try folder.exportedPolicies().map { ("policy \($0.name) (weights)", $0.weightHash) }
      }
      for played in [evaluation].compactMap(\.self) + crossPlayCurves.evaluations.map(\.recorded) {
        hashes += played.hashes.map { name, hash in
          (played.folder.appendingPathComponent(name).relativePath, hash)
        }
      }
      if let evaluation {
        hashes += evaluation.record.trainings.map {
          ("evaluated policies of \($0.label ?? $0.configuration) (weights)", $0.weightHash)
        }
      }
      return hashes
    }
  }

  private var hashTable: HTMLPage.Table {
    get throws {
      var table = HTMLPage.Table(
        caption: "xxHash XXH3, 128 bits: tells contents apart, and is no defence against tampering. Of checkpoints, as "
          + "written beside their tensors.", header: ["what", "hash"])
      table.textColumns = 2
      table.rows = try hashes.map { [$0.what, $0.hash] }
      return table
    }
  }
}
