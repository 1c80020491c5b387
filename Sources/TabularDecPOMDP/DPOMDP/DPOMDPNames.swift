/// Names of states, or of an agent's actions or observations, to be found by name or number.
struct DPOMDPNames {
  let names: [String]
  private let places: [String: Int]

  /// - Parameter names: Pairwise different.
  init(_ names: [String]) {
    self.names = names
    places = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
  }

  var count: Int { names.count }
  var indices: Range<Int> { names.indices }

  /// The number of the item with this name or number.
  func index(of text: String) -> Int? {
    if let place = places[text] { return place }
    guard let number = Int(text), indices.contains(number) else { return nil }
    return number
  }
}
