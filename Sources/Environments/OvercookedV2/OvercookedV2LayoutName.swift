/// The kitchens of JaxMARL 0.2.0's OvercookedV2 (arXiv 2503.17821), with their start cells.
public enum OvercookedV2LayoutName: String, Sendable, CaseIterable {
  case crampedRoom = "cramped_room"
  case asymmetricAdvantages = "asymm_advantages"
  case coordinationRing = "coord_ring"
  case forcedCoordination = "forced_coord"
  case counterCircuit = "counter_circuit"
  case crampedRoomV2 = "cramped_room_v2"
  case asymmetricRecipesCenter = "asymm_advantages_recipes_center"
  case asymmetricRecipesRight = "asymm_advantages_recipes_right"
  case asymmetricRecipesLeft = "asymm_advantages_recipes_left"
  case twoRooms = "two_rooms"
  case twoRoomsBoth = "two_rooms_both"
  case longRoom = "long_room"
  case funCoordination = "fun_coordination"
  case moreFunCoordination = "more_fun_coordination"
  case funSymmetries = "fun_symmetries"
  case funSymmetriesPlates = "fun_symmetries_plates"
  case funSymmetries1 = "fun_symmetries1"
  case groundedCoordSimple = "grounded_coord_simple"
  case groundedCoordRing = "grounded_coord_ring"
  case testTimeSimple = "test_time_simple"
  case testTimeWide = "test_time_wide"
  case demoCookSimple = "demo_cook_simple"
  case demoCookWide = "demo_cook_wide"

  /// In the letters of `OvercookedV2Kitchen`.
  var rows: [String] {
    switch self {
    case .crampedRoom: ["WWPWW", "0b a0", "W   W", "WBWXW"]
    case .asymmetricAdvantages: ["WWWWWWWWW", "0 WXW0W X", "W   P   W", "W a Pb  W", "WWWBWBWWW"]
    case .coordinationRing: ["WWWPW", "W a P", "BbW W", "0   W", "W0XWW"]
    case .forcedCoordination: ["WWWPW", "0 WaP", "0bW W", "B W W", "WWWXW"]
    case .counterCircuit: ["WWWPPWWW", "W b    W", "B WWWW X", "W     aW", "WWW00WWW"]
    case .crampedRoomV2: ["WWPWW", "0a b1", "W   R", "WBWXW"]
    case .asymmetricRecipesCenter: ["WWWWWWWWW", "0 WXR01 X", "1   P   W", "W a Pb  W", "WWWBWBWWW"]
    case .asymmetricRecipesRight: ["WWWWWWWWW", "0 WXW01 X", "1   P   R", "W a Pb  W", "WWWBWBWWW"]
    case .asymmetricRecipesLeft: ["WWWWWWWWW", "0 WXW01 X", "1   P   R", "R a Pb  W", "WWWBWBWWW"]
    case .twoRooms: ["WWWWWB10W", "W   W   R", "P a W b W", "W   W   X", "WWWWWWWWW"]
    case .twoRoomsBoth: ["W01BWB10W", "W   W   R", "P a W b W", "W   W   X", "WWWWWWWWW"]
    case .longRoom: ["WWWWWWWWWWWWWWW", "B            aP", "0             X", "WWWWWWWWWWWWWWW"]
    case .funCoordination: ["WWWWWWWWW", "0   X   2", "Ra  P  bW", "1   B   3", "WWWWWWWWW"]
    case .moreFunCoordination: ["WWWWWWWWW", "W   X   W", "Ra  P  b1", "0   P   2", "W   B   W", "WWWWWWWWW"]
    case .funSymmetries: ["WWWWBWW", "2  W  0", "R aPb X", "2  W  1", "WWWWBWW"]
    case .funSymmetriesPlates: ["WWWWWWW", "B  W  0", "R aPb X", "B  W  1", "WWWWWWW"]
    case .funSymmetries1: ["WWWWWBWW", "2  WW  0", "R aWPb X", "2  WW  1", "WWWWWBWW"]
    case .groundedCoordSimple: ["WW2WWWWW", "W  WB  0", "R aLPb X", "W  WB  1", "WW2WWWWW"]
    case .groundedCoordRing:
      [
        "WWW2R2WWW", "W       W", "W WWLWW W", "2 0   B 2", "RaXbP X R", "2 1   B 2", "W WWLWW W", "W       W",
        "WWW2R2WWW",
      ]
    case .testTimeSimple: ["WW2WWWWW", "W  WB  0", "R aWPb X", "W  WB  1", "WW2WWWWW"]
    case .testTimeWide: ["WWXBWW", "0 a  0", "1    1", "WPWPWW", "3 b  3", "W    W", "WWRWWW"]
    case .demoCookSimple: ["WWWWWR2W0WW", "0      W  B", "W     aPb X", "1      W  B", "WWWWWR2W1WW"]
    case .demoCookWide:
      ["WWWWBXBWWWW", "WWW0 a 1WWW", "WWWWWPWWWWW", "W    b    W", "0  W3R3W  0", "W1WWWWWWW1W"]
    }
  }

  /// What is drawn from; nil: all recipes of the kitchen's ingredients, in the order of `OvercookedV2Recipe.all`.
  var recipes: [[Int]]? {
    switch self {
    case .crampedRoom, .asymmetricAdvantages, .coordinationRing, .forcedCoordination, .counterCircuit, .longRoom:
      [[0, 0, 0]]
    case .crampedRoomV2, .asymmetricRecipesCenter, .asymmetricRecipesRight, .asymmetricRecipesLeft, .twoRooms,
      .twoRoomsBoth:
      nil
    case .funCoordination: [[0, 0, 2], [1, 1, 3]]
    case .moreFunCoordination: [[0, 1, 1], [0, 2, 2]]
    default: [[0, 0, 0], [1, 1, 1]]
    }
  }
}
