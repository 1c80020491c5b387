/// Permutations of 0 ..< n as lists of images, in lexicographic order, so that the identity comes first.
enum Permutations {
  static func all(of count: Int) -> [[Int]] { all(of: count, atMost: .max) { _ in true } ?? [] }

  /// Permutations whose prefixes all fit.
  ///
  /// - Parameters:
  ///   - fits: Judges the images of the first numbers, of which only the last one is new.
  /// - Returns: nil where there are more than `limit`.
  static func all(of count: Int, atMost limit: Int, where fits: ([Int]) -> Bool) -> [[Int]]? {
    var found: [[Int]] = []
    /// Whether there is room for all that begin so.
    func extend(_ images: [Int]) -> Bool {
      guard images.count < count else {
        found.append(images)
        return found.count <= limit
      }
      for image in 0..<count where !images.contains(image) {
        let longer = images + [image]
        if fits(longer), !extend(longer) { return false }
      }
      return true
    }
    return extend([]) ? found : nil
  }
}
