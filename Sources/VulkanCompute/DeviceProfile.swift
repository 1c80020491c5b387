/// How kernels are specialised for a kind of device. Chosen from the device, and can be forced, so that tests run every
/// variant on the device at hand.
public struct DeviceProfile: Equatable, Sendable, CustomStringConvertible {
  /// How wide operands are read: through texel buffers (software devices: a vectorised load) or storage buffers.
  public enum Loads: String, Sendable, CaseIterable { case texel, storage }
  /// Where the matrix products of the dense layers run: in kernels with register tiles only; in kernels that stage tiles
  /// through shared memory; in the same and, in mixed precision, on the matrix units of the device; or, by oneDNN, on the
  /// host, where the device works in the host's memory.
  public enum MatrixMultiply: String, Sendable, CaseIterable { case flat, shared, cooperative, host }
  /// Where the words of one environment lie: together, or interleaved with those of its neighbours.
  public enum StateLayout: String, Sendable, CaseIterable { case arrayOfStructures, structureOfArrays }

  /// How rollouts are played with kernels in shared memory: step by step, with the choice of actions and the turn behind it apart
  /// or in one dispatch, or, where a network is small enough, many steps in one dispatch. Results do not depend on it.
  public enum Rollouts: Sendable { case apart, stepwise, persistent }

  /// Which tiles the matrix kernels keep in registers, and how they read their operands: the standard choice, the one
  /// measured to be fastest on this device, or one shape wherever it fits. Results do not depend on it.
  public enum Tiles: Hashable, Sendable {
    case standard, measured
    case shape(rows: Int, columns: Int)
  }

  public var loads: Loads
  public var matrixMultiply: MatrixMultiply
  public var stateLayout: StateLayout
  public var tiles: Tiles
  public var rollouts: Rollouts
  /// Whether ordinary instructions emulate the matrix units, or the host's instructions for 16-bit numbers, slowly, so that
  /// tests cover the code around them.
  public var emulatesMatrixUnits: Bool

  public init(
    loads: Loads, matrixMultiply: MatrixMultiply, stateLayout: StateLayout, tiles: Tiles = .standard,
    rollouts: Rollouts = .persistent, emulatesMatrixUnits: Bool = false
  ) {
    self.loads = loads
    self.matrixMultiply = matrixMultiply
    self.stateLayout = stateLayout
    self.tiles = tiles
    self.rollouts = rollouts
    self.emulatesMatrixUnits = emulatesMatrixUnits
  }

  /// Software devices: vectorised texel loads, no shared memory, contiguous state.
  public static let software = DeviceProfile(loads: .texel, matrixMultiply: .flat, stateLayout: .arrayOfStructures)
  /// Software devices with oneDNN.
  public static let host = DeviceProfile(
    loads: .texel, matrixMultiply: .host, stateLayout: .arrayOfStructures)
  /// Graphics processors: coalesced storage buffers and shared-memory tiles.
  public static let graphics = DeviceProfile(loads: .storage, matrixMultiply: .shared, stateLayout: .structureOfArrays)

  /// Whether the host computes what it has a body for (`HostBody`), matrix products first of all.
  public var hostComputes: Bool { matrixMultiply == .host }

  func macros(loads: Loads? = nil) -> [(String, String)] {
    let loads = loads ?? self.loads
    var macros: [(String, String)] = []
    if loads == .texel { macros.append(("WIDE_LOADS_TEXEL", "1")) }
    if stateLayout == .structureOfArrays { macros.append(("STATE_SOA", "1")) }
    return macros
  }

  /// What results depend on, which tiles and rollouts do not.
  public var description: String {
    "loads \(loads.rawValue), matrix multiply \(matrixMultiply.rawValue)\(emulatesMatrixUnits ? " (emulated)" : ""), "
      + "state \(stateLayout.rawValue)"
  }
}
