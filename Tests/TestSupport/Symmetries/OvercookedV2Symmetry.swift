import Environments

/// A kitchen of OvercookedV2 that is turned or mirrored onto itself, with other names for its ingredients; or new names alone for
/// what each cook sees.
public struct OvercookedV2Symmetry: StateSymmetry {
  private let environment: OvercookedV2Environment
  /// The new place of every cell.
  private let cells: [Int]
  /// The new number of up, down, right and left.
  private let directions: [Int]
  /// The new number of every ingredient.
  private let ingredients: [Int]
  /// The new place, in what each cook sees, of every ingredient.
  private let shown: [Int]

  /// The mirror that swaps top and bottom and ingredients 0 and 1, after the identity.
  public static func mirrors(_ environment: OvercookedV2Environment) -> [OvercookedV2Symmetry] {
    let kitchen = environment.parameters.kitchen
    let all = Array(0..<environment.parameters.ingredientCount)
    let swapped = [1, 0] + all.dropFirst(2)
    let mirrored = kitchen.cells.indices.map { cell in
      (kitchen.height - 1 - cell / kitchen.width) * kitchen.width + cell % kitchen.width
    }
    return [
      OvercookedV2Symmetry(
        environment: environment, cells: Array(kitchen.cells.indices), directions: [0, 1, 2, 3], ingredients: all,
        shown: all),
      OvercookedV2Symmetry(
        environment: environment, cells: mirrored, directions: [1, 0, 2, 3], ingredients: swapped, shown: swapped),
    ]
  }

  /// New names for ingredients in what each cook sees; the first list of names changes nothing.
  public static func names(_ environment: OvercookedV2Environment, _ names: [[Int]]) -> [OvercookedV2Symmetry] {
    names.map {
      OvercookedV2Symmetry(
        environment: environment, cells: Array(environment.parameters.kitchen.cells.indices),
        directions: [0, 1, 2, 3], ingredients: Array(0..<environment.parameters.ingredientCount), shown: $0)
    }
  }

  /// right, down, left, up
  public func action(_ action: Int) -> Int {
    guard action < 4 else { return action }
    let directionOfAction = [2, 1, 3, 0]
    return directionOfAction.firstIndex(of: directions[directionOfAction[action]])!
  }

  public func decode(_ words: [UInt32]) -> OvercookedV2State { OvercookedV2State(words, environment.parameters) }
  public func start(_ words: [UInt32]) -> [UInt32] { environment.startState(state(decode(words))) }

  private func code(_ code: OvercookedV2Code) -> OvercookedV2Code {
    let image = OvercookedV2Code(code.ingredients.map { ingredients[$0] })
    return OvercookedV2Code(bits: image.bits | code.bits & 3)
  }

  public func state(_ state: OvercookedV2State) -> OvercookedV2State {
    let (rules, kitchen) = (environment.parameters, environment.parameters.kitchen)
    func moved<Element>(_ values: [Element], _ places: [Int], _ change: (Element) -> Element) -> [Element] {
      var image = values
      for (number, cell) in places.enumerated() { image[places.firstIndex(of: cells[cell])!] = change(values[number]) }
      return image
    }
    var image = state
    image.cooks = state.cooks.map { cook in
      .init(
        cell: cells[cook.cell], direction: .init(rawValue: UInt32(directions[Int(cook.direction.rawValue)]))!,
        held: code(cook.held))
    }
    image.pots = moved(state.pots, kitchen.pots) { .init(code: code($0.code), timer: $0.timer) }
    image.counters = moved(state.counters, kitchen.counters, code)
    image.buttons = moved(state.buttons, kitchen.buttons) { $0 }
    image.recipe = code(state.recipe)
    image.supply = state.supply.map { number in
      let recipe = rules.recipes[number].map { ingredients[$0] }.sorted()
      return rules.recipes.firstIndex(of: recipe)!
    }
    if !rules.permuted.isEmpty {
      for cook in state.permutations.indices {
        for (place, ingredient) in state.permutations[cook].enumerated() {
          image.permutations[cook][shown[place]] = ingredients[ingredient]
        }
      }
    }
    return image
  }
}
