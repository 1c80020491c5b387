/// The five kitchens of Carroll et al. 2019 ("On the utility of learning about humans for human-AI coordination").
public enum OvercookedLayoutName: String, Sendable, CaseIterable {
  case crampedRoom = "cramped_room"
  case asymmetricAdvantages = "asymm_advantages"
  case coordinationRing = "coord_ring"
  case forcedCoordination = "forced_coord"
  case counterCircuit = "counter_circuit"

  /// With JaxMARL's start cells.
  var rows: [String] {
    switch self {
    case .crampedRoom: ["WWPWW", "O0 1O", "W   W", "WBWXW"]
    case .asymmetricAdvantages: ["WWWWWWWWW", "O WXWOW X", "W   P   W", "W 0 P1  W", "WWWBWBWWW"]
    case .coordinationRing: ["WWWPW", "W 0 P", "B1W W", "O   W", "WOXWW"]
    case .forcedCoordination: ["WWWPW", "O W1P", "O0W W", "B W W", "WWWXW"]
    case .counterCircuit: ["WWWPPWWW", "W 0    W", "B WWWW X", "W     1W", "WWWOOWWW"]
    }
  }

  /// The start cells of overcooked_ai, [x, y] of both cooks.
  var originalStarts: [[Int]] {
    switch self {
    case .crampedRoom: [[1, 2], [3, 1]]
    case .asymmetricAdvantages: [[6, 2], [1, 3]]
    case .coordinationRing: [[2, 1], [1, 2]]
    case .forcedCoordination: [[3, 1], [1, 2]]
    case .counterCircuit: [[3, 3], [3, 1]]
    }
  }
}
