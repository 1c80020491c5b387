import CShaders

/// What hands, counters and pots hold, and what a recipe wants: plate, cooked, and how many of each ingredient, 0 to 3.
///
/// `bits` is JaxMARL's number for it.
public struct OvercookedV2Code: Sendable, Hashable {
  public var bits: UInt32

  public init(bits: UInt32) { self.bits = bits }

  public static let nothing = OvercookedV2Code(bits: 0)
  public static let plate = OvercookedV2Code(bits: OVERCOOKED_V2_PLATE)

  /// - Parameter ingredients: Numbers of ingredients, at most three of each.
  public init(_ ingredients: [Int]) {
    bits = ingredients.reduce(0) { $0 + 1 << UInt32(2 * $1 + Int(OVERCOOKED_V2_INGREDIENT_SHIFT)) }
  }

  public var isPlated: Bool { bits & OVERCOOKED_V2_PLATE != 0 }
  public var isCooked: Bool { bits & OVERCOOKED_V2_COOKED != 0 }
  /// As a soup in a pot.
  public var cooked: OvercookedV2Code { OvercookedV2Code(bits: bits | OVERCOOKED_V2_COOKED) }
  /// As a soup on a plate.
  public var dish: OvercookedV2Code { OvercookedV2Code(bits: bits | OVERCOOKED_V2_DISH) }

  public func count(of ingredient: Int) -> Int {
    Int(bits >> UInt32(2 * ingredient + Int(OVERCOOKED_V2_INGREDIENT_SHIFT)) & 3)
  }

  /// Ascending.
  public var ingredients: [Int] { (0..<10).flatMap { Array(repeating: $0, count: count(of: $0)) } }

  /// Bits of a code where there are `count` ingredients.
  static func bitCount(ingredients count: Int) -> Int { Int(OVERCOOKED_V2_INGREDIENT_SHIFT) + 2 * count }
}
