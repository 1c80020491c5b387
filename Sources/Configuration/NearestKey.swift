/// Finds the key that was probably meant, for messages about unknown keys.
enum NearestKey {
  /// The valid key for `key`: another library's name for it, or the one fewest edits away if that is near enough.
  static func find(_ key: String, among known: [String]) -> String? {
    if let alias = aliases[key.lowercased()], known.contains(alias) { return alias }
    let nearest = known.map { ($0, editDistance(key.lowercased(), $0)) }.min { $0.1 < $1.1 }
    guard let nearest, nearest.1 <= max(2, key.count / 3) else { return nil }
    return nearest.0
  }

  /// Keys that other programs have and this one has not, and why.
  static let refusals = [
    "shuffle_seats": "all seats of a run play by one policy, so who sits where changes nothing",
    "sharing": "all seats of a run share their parameters; seat policies of several runs together by evaluating them",
  ]

  /// Names that JaxMARL, PureJaxRL, CleanRL and Stable Baselines use for the same quantities.
  private static let aliases = [
    "lr": "learning_rate", "anneal_lr": "learning_rate_schedule", "num_envs": "environments", "n_envs": "environments",
    "num_steps": "rollout_length", "n_steps": "rollout_length", "total_timesteps": "total_env_steps",
    "update_epochs": "epochs", "n_epochs": "epochs", "num_minibatches": "minibatches", "clip_eps": "clip_epsilon",
    "clip_coef": "clip_epsilon", "clip_range": "clip_epsilon", "ent_coef": "entropy_coefficient",
    "vf_coef": "value_coefficient", "max_grad_norm": "max_gradient_norm", "num_seeds": "seeds", "seed": "seeds",
    "env": "environment", "env_name": "environment", "lambda": "gae_lambda", "save_interval": "checkpoint_interval",
    "norm_adv": "advantage_normalisation", "normalize_advantage": "advantage_normalisation",
    "clip_vloss": "value_clipping", "clip_value_loss": "value_clipping",
    "use_valuenorm": "value_normalisation", "normalize_value": "value_normalisation",
    "lr_schedule": "learning_rate_schedule",
    "ent_schedule": "entropy_schedule", "warmup": "learning_rate_warmup", "warmup_fraction": "learning_rate_warmup",
    "use_layer_norm": "layer_norm", "layernorm": "layer_norm", "op": "other_play", "otherplay": "other_play",
  ]

  /// Levenshtein's distance: insertions, deletions and replacements of one character.
  static func editDistance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (i, character) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in second.indices {
        let replaced = diagonal + (character == second[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[second.count]
  }
}
