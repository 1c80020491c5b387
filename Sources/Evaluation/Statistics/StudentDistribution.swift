import Foundation

/// Student's t distribution with a whole number of degrees of freedom.
enum StudentDistribution {
  /// P(T > t), by the finite series of Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.7.3 and 26.7.4.
  ///
  /// - Parameter degreesOfFreedom: 1 or more.
  static func upperTail(_ t: Double, degreesOfFreedom: Int) -> Double {
    precondition(degreesOfFreedom >= 1)
    let angle = atan(abs(t) / Double(degreesOfFreedom).squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    // The part of the distribution between -|t| and |t|.
    let within: Double
    if degreesOfFreedom.isMultiple(of: 2) {
      var (term, sum) = (1.0, 1.0)
      for k in stride(from: 2, to: degreesOfFreedom, by: 2) {
        term *= Double(k - 1) / Double(k) * cosine * cosine
        sum += term
      }
      within = sine * sum
    } else {
      var (term, sum) = (cosine, degreesOfFreedom > 1 ? cosine : 0)
      for k in stride(from: 3, to: degreesOfFreedom, by: 2) {
        term *= Double(k - 1) / Double(k) * cosine * cosine
        sum += term
      }
      within = 2 / .pi * (angle + sine * sum)
    }
    let tail = max(0, (1 - within) / 2)
    return t < 0 ? 1 - tail : tail
  }
}
