/// Recipes: three ingredients each, in any order.
enum OvercookedV2Recipe {
  static let size = 3

  /// All recipes of some ingredients, ascending.
  static func all(ingredients count: Int) -> [[Int]] {
    (0..<count).flatMap { first in
      (first..<count).flatMap { second in (second..<count).map { [first, second, $0] } }
    }
  }

  /// A list as it is given, each recipe ascending.
  ///
  /// - Throws: `EnvironmentParameters.Invalid`, which names the recipe.
  static func list(_ value: ParameterValue, ingredients count: Int) throws -> [[Int]] {
    func invalid(_ problem: String) -> EnvironmentParameters.Invalid {
      EnvironmentParameters.Invalid("environment.recipes = \(value); \(problem)")
    }
    guard case .list(let items) = value, !items.isEmpty else {
      throw invalid("expected a list of recipes, for example [[0, 0, 0], [1, 1, 1]]")
    }
    guard items.count <= mostRecipes else {
      throw invalid("has \(items.count) recipes; at most \(mostRecipes) are possible")
    }
    return try items.map { item in
      guard case .list(let numbers) = item, numbers.count == size else {
        throw invalid("\(item) is not a list of \(size) ingredients")
      }
      return try numbers.map { number in
        guard case .integer(let ingredient) = number, 0..<count ~= ingredient else {
          throw invalid("\(item) has \(number); ingredients of this kitchen are 0 to \(count - 1)")
        }
        return ingredient
      }.sorted()
    }
  }

  /// What one byte of a supply of recipes numbers.
  static let mostRecipes = 255
}
