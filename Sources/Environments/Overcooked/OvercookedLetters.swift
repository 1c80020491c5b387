/// The two ways to write a kitchen as text. They share `O` onion pile, `P` pot and space floor, and differ in the rest.
public enum OvercookedLetters: Sendable, CaseIterable {
  /// `W` counter, `B` plate pile, `X` goal, `0` and `1` the cooks.
  case jaxmarl
  /// `X` counter, `D` dishes, `S` serving, `1` and `2` the cooks.
  case overcookedAI

  /// Cells by letter; cooks stand on floor.
  private var letters: [(Character, OvercookedKitchen.Cell)] {
    switch self {
    case .jaxmarl: [("W", .counter), ("O", .onionPile), ("B", .platePile), ("P", .pot), ("X", .goal)]
    case .overcookedAI: [("X", .counter), ("O", .onionPile), ("D", .platePile), ("P", .pot), ("S", .goal)]
    }
  }

  /// The digits of cook 0 and cook 1.
  var cooks: [Character] { self == .jaxmarl ? ["0", "1"] : ["1", "2"] }

  func cell(of character: Character) -> OvercookedKitchen.Cell? {
    if character == " " || cooks.contains(character) { return .floor }
    return letters.first { $0.0 == character }?.1
  }

  func letter(of cell: OvercookedKitchen.Cell) -> Character { letters.first { $0.1 == cell }?.0 ?? " " }

  /// `W O B P X 0 1 and space`
  var list: String { (letters.map { String($0.0) } + cooks.map(String.init)).joined(separator: " ") + " and space" }

  var name: String { self == .jaxmarl ? "JaxMARL" : "overcooked_ai" }

  /// Whose letter a character is, where only one of the two has it.
  static func owner(of character: Character) -> OvercookedLetters? {
    switch character {
    case "W", "B", "0": .jaxmarl
    case "D", "S", "T", "2"..."9": .overcookedAI
    default: nil
    }
  }
}
