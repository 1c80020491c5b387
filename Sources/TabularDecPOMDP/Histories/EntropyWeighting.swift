/// How the entropies of later steps count in the objective. The only place that knows.
public enum EntropyWeighting: String, Sendable, CaseIterable, Codable {
  /// E[sum_t gamma^t (r_t + alpha sum_i H_i)]
  case discounted
  /// E[sum_t gamma^t r_t + alpha sum_t sum_i H_i]
  case undiscounted

  /// Factor of the entropies of step t, next to alpha.
  func weight(step t: Int, discount: Double) -> Double {
    guard self == .discounted else { return 1 }
    var weight = 1.0
    for _ in 0..<t { weight *= discount }
    return weight
  }
}
