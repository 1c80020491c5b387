// What a seat that remembers its peeks can know. No action is constrained by hidden colours or hints, so that under
// uniform random play by the others every assignment that fits is equally likely: the grounded belief of off-belief
// learning (Hu et al., arXiv 2103.04000) at its first level, in closed form.
extension YokaiState {
  /// The same game with what is hidden from `seat` drawn again: colours of the slots that it has not seen, and the hints
  /// that are not revealed, as the deck is drawn.
  ///
  /// - Parameter random: Uniform below its argument.
  public func resamplingHidden(
    from seat: Int, _ parameters: YokaiParameters, random: (Int) -> Int
  ) -> YokaiState {
    func shuffled<Value>(_ values: [Value]) -> [Value] {
      var values = values
      for last in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(last, random(last + 1)) }
      return values
    }
    var state = self
    let unseen = colors.indices.filter { seen[seat] >> UInt32($0) & 1 == 0 }
    for (slot, color) in zip(unseen, shuffled(unseen.map { colors[$0] })) { state.colors[slot] = color }

    let open = hints.prefix(revealed)
    var rest: [UInt32] = []
    for (index, count) in parameters.hintCounts.enumerated() {
      let candidates = parameters.hintClass(colorCount: index + 1).filter { !open.contains($0) }
      let drawn = open.count { $0.nonzeroBitCount == index + 1 }
      rest += shuffled(candidates).prefix(count - drawn)
    }
    state.hints = open + shuffled(rest)
    return state
  }
}
