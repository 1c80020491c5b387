import CShaders
import VulkanCompute

/// One roster beside the games of a `CellPlayer`: whoever computes the logits of the seats that its policies take.
///
/// Seats are those of all cells, z = cell * A + seat. Those of other rosters have no rows here: nothing is computed or written for
/// them, and their hidden states stay 0.
protocol SeatedPolicies: AnyObject {
  /// Places of the roster's policies among those of all rosters.
  var members: Range<Int> { get }
  var windows: PolicyWindows { get }
  var seats: SeatBuffers { get }
  /// (B A, N, LOGIT_COLUMNS)
  var logits: Buffer<Float> { get }
  /// What kernels know that read rows or logits.
  var macros: [String: String] { get }
  /// Where policies are compared with themselves on images of their observations.
  var probe: EquivarianceProbe? { get }
  /// What is 0 when a game begins.
  var counters: [AnyBuffer?] { get }

  /// Lists rows and computes their logits.
  func recordLogits(
    _ recorder: CommandRecorder, _ cells: Range<Int>, of player: CellPlayer, push: EvaluationDispatch) throws
  /// For a profile: of all rows of the workspace, those of every kind in the last env step.
  func rowShares(cells count: Int) throws -> SIMD4<Double>
  /// Throws what a policy threw in an env step.
  func requireNoFailure() throws
}

extension SeatedPolicies {
  /// Puts the policies of teams, by their places among those of all rosters, into the seats of the first cells.
  func seat(_ teams: [[Int]]) throws {
    try seats.seat(
      teams.joined().map { policy in
        guard members.contains(policy) else { return nil }
        let place = policy - members.lowerBound
        let window = windows.window(of: place)
        return (window, place - windows.policies(of: window).lowerBound)
      })
  }

  func requireNoFailure() throws {}
}
