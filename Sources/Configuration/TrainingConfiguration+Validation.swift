import Environments

extension TrainingConfiguration {
  /// The checks that need to know the environment; call it once it is made.
  public func validate(for environment: any EnvironmentKernels) throws {
    try validate(agentCount: environment.agentCount)
    guard bootstrapAtTimeLimit else { return }
    let key = "bootstrap_at_time_limit"
    guard let limit = environment.timeLimit else {
      throw error(key, "\(key) = true, but episodes of \(environment.name) end by its rules; remove the key")
    }
    guard network.gru == nil else {
      throw error(
        key,
        "\(key) = true needs a feed-forward network, since hidden states at the ends of episodes are not kept; "
          + "remove the key, or network.gru")
    }
    guard rolloutLength <= limit else {
      throw error(
        "rollout_length",
        "rollout_length = \(rolloutLength) is longer than the \(limit) steps of an episode, of which "
          + "\(key) keeps one end per rollout; use at most \(limit)")
    }
  }

  func validate(agentCount: Int) throws {
    let rows = envStepsPerUpdate * agentCount
    let shape = "rollout_length \(rolloutLength) x environments \(environments) x agents \(agentCount)"
    guard rows < 1 << 31 else {
      throw error("environments", "a rollout has \(rows) rows (\(shape)); at most \((1 << 31) - 1) fit, use fewer")
    }
    // Minibatches hold whole sequences, so they divide the actors; then they divide the rows too.
    let actors = environments * agentCount
    guard actors.isMultiple(of: minibatches) else {
      let advice = nearestDivisors(of: actors, to: minibatches).map(String.init).joined(separator: " or ")
      let whole =
        rows.isMultiple(of: minibatches)
        ? "\(actors) sequences of a rollout (environments \(environments) x agents \(agentCount))"
        : "\(rows) rows of a rollout (\(shape))"
      throw error("minibatches", "minibatches = \(minibatches) does not divide the \(whole); try \(advice)")
    }
  }

  /// An error about one key, at the place where it was written.
  public func error(_ key: String, _ message: String) -> ConfigurationError {
    ConfigurationError(source.origin(key), key: key, message)
  }

  /// An environment's own complaint, with the place of the key that it names.
  public func located(_ invalid: EnvironmentParameters.Invalid) -> ConfigurationError {
    let key = invalid.description.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    let known = source.origins[String(key)] != nil
    return error(known ? String(key) : "environment", invalid.description)
  }

  /// More would fill the memory with names alone.
  private static let mostRuns = 1_000_000

  func checkContradictions() throws {
    let points = sweep.axes.reduce(1.0) { $0 * Double($1.values.count) }
    guard points * Double(seeds.count) <= Double(Self.mostRuns) else {
      let axes = sweep.axes.map { "\($0.values.count) values of \($0.hyperparameter.rawValue)" }
      throw error(
        "sweep", "\((axes + ["\(seeds.count) seeds"]).joined(separator: " x ")) are more than \(Self.mostRuns) runs")
    }
    for axis in sweep.axes where source.origins[axis.hyperparameter.rawValue] != nil {
      let key = axis.hyperparameter.rawValue
      throw error(
        key, "\(key) is also given at \(source.origin("sweep.\(key)")) as sweep.\(key); remove one of the two")
    }
    if !entropySchedule.isEmpty,
      let other = ["final_entropy_coefficient", "sweep.final_entropy_coefficient"].first(where: {
        source.origins[$0] != nil
      })
    {
      throw error(
        other, "\(other) is given beside entropy_schedule, which says how the coefficient ends; remove one of the two")
    }
    guard updates >= 1 else {
      throw error(
        "total_env_steps",
        "total_env_steps = \(totalEnvSteps) is less than one rollout of \(envStepsPerUpdate) "
          + "(rollout_length \(rolloutLength) x environments \(environments)); use at least \(envStepsPerUpdate)")
    }
    guard updates * rolloutLength < 1 << 32 else {
      throw error(
        "total_env_steps",
        "total_env_steps = \(totalEnvSteps) is \(updates * rolloutLength) steps of each environment; "
          + "random numbers count up to \(UInt32.max), use more environments or fewer steps")
    }
  }

  /// The largest divisor below `number` and the smallest above it.
  private func nearestDivisors(of rows: Int, to number: Int) -> [Int] {
    let below = (1..<max(number, 1)).reversed().first { rows.isMultiple(of: $0) }
    let above = number < rows ? ((number + 1)...rows).first { rows.isMultiple(of: $0) } : nil
    return [below, above].compactMap(\.self)
  }
}
