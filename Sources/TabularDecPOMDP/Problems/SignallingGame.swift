extension DecPOMDP {
  /// A signalling game of two steps: the sender puts a token into one of two places, the receiver sees where with an
  /// accuracy of 0.8 and points; both earn 1 if it points at the token.
  ///
  /// A convention (always the same place) earns 1; players who respect the symmetry between the places can only follow
  /// the signal, for 0.8. The receiver's first action and the sender's second have no effect. After the sender and
  /// receiver of Lewis, "Convention", 1969; the accuracy is ours.
  public static func signalling() throws -> DecPOMDP {
    let accuracy = 0.8
    return try DecPOMDP(
      name: "signalling", states: ["empty", "left", "right"],
      actions: Array(repeating: ["left", "right"], count: 2),
      observations: [["nothing"], ["see-left", "see-right"]], start: [1, 0, 0],
      transition: { _, a, next in next == a[0] + 1 ? 1 : 0 },
      observation: { _, next, o in next == 0 ? 0.5 : o[1] == next - 1 ? accuracy : 1 - accuracy },
      reward: { s, a, _ in s != 0 && a[1] == s - 1 ? 1 : 0 })
  }
}
