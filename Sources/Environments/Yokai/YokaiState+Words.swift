import CShaders

// The packed form, as yokai_layout.h describes it.
extension YokaiState {
  /// - Parameter words: S words, as `VectorEnvironment.state` gives them.
  public init(_ words: [UInt32], _ parameters: YokaiParameters) {
    precondition(words.count == parameters.stateWordCount)
    let slots = 0..<parameters.cardCount
    let (status, registers) = (words[Int(YOKAI_STATUS)], words[Int(YOKAI_REGISTERS)])
    /// Field number `index` of `bits` bits, in the words from `first` on.
    func packed(_ first: UInt32, _ index: Int, _ bits: Int) -> UInt32 {
      words[Int(first) + index * bits / 32] >> UInt32(index * bits % 32) & (1 << UInt32(bits) - 1)
    }
    func slot(_ shift: UInt32) -> Int? {
      let slot = registers >> shift & 31
      return slot == YOKAI_NO_SLOT ? nil : Int(slot)
    }
    func register(_ shift: UInt32, owner: UInt32) -> Register? {
      slot(shift).map { Register(slot: $0, owner: Int(registers >> owner & 3)) }
    }
    func one(below number: UInt32) -> Int? { number == 0 ? nil : Int(number) - 1 }

    cells = slots.map { Int(packed(YOKAI_CELLS, $0, 8)) }
    colors = slots.map { Int(packed(YOKAI_COLORS, $0, 2)) }
    hints = (0..<parameters.hintCount).map { packed(YOKAI_HINTS, $0, 4) }
    hintOnSlot = slots.map { one(below: packed(YOKAI_HINT_ON_SLOT, $0, 4)) }
    seen = (0..<parameters.players).map { packed(YOKAI_SEEN, $0, 16) }
    inView = (0..<parameters.players).map { packed(YOKAI_IN_VIEW, $0, 16) }
    revealed = Int(status >> YOKAI_REVEALED_SHIFT & 15)
    turn = Int(status >> YOKAI_TURN_SHIFT & 31)
    phase = Phase(rawValue: status >> YOKAI_PHASE_SHIFT & 7)!
    player = Int(status >> YOKAI_PLAYER_SHIFT & 3)
    ended = status >> YOKAI_ENDED_SHIFT & 1 == 1
    endedEarly = status >> YOKAI_EARLY_SHIFT & 1 == 1
    won = status >> YOKAI_WON_SHIFT & 1 == 1
    firstPeek = register(YOKAI_PEEK1_SHIFT, owner: YOKAI_PEEK_OWNER_SHIFT)
    secondPeek = slot(YOKAI_PEEK2_SHIFT)
    lastMove = register(YOKAI_MOVED_SHIFT, owner: YOKAI_MOVE_OWNER_SHIFT)
    let source = words[Int(YOKAI_HINTS) + 1] >> 24
    lastMoveSource = source == YOKAI_NO_CELL ? nil : Int(source)
    lastHint = register(YOKAI_HINTED_SHIFT, owner: YOKAI_HINT_OWNER_SHIFT)
    chosenHint = one(below: registers >> YOKAI_CHOSEN_SHIFT & 15)
    episode = Int(words[Int(YOKAI_EPISODE)])
    transitions = parameters.shapesRewards ? Int(words[Int(YOKAI_TRANSITIONS)]) : nil
  }

  /// S words.
  public var words: [UInt32] {
    var words = [UInt32](repeating: 0, count: Int(YOKAI_STATE_WORDS))
    func pack(_ first: UInt32, _ index: Int, _ bits: Int, _ value: Int) {
      words[Int(first) + index * bits / 32] |= UInt32(value) << UInt32(index * bits % 32)
    }
    func register(_ shift: UInt32, _ slot: Int?, owner: (shift: UInt32, seat: Int?)) -> UInt32 {
      (slot.map(UInt32.init) ?? YOKAI_NO_SLOT) << shift | UInt32(owner.seat ?? 0) << owner.shift
    }
    for slot in 0..<Int(YOKAI_MOST_CARDS) {
      pack(YOKAI_CELLS, slot, 8, slot < cells.count ? cells[slot] : Int(YOKAI_NO_CELL))
    }
    for (slot, color) in colors.enumerated() { pack(YOKAI_COLORS, slot, 2, color) }
    for (hint, colors) in hints.enumerated() { pack(YOKAI_HINTS, hint, 4, Int(colors)) }
    for (slot, hint) in hintOnSlot.enumerated() { pack(YOKAI_HINT_ON_SLOT, slot, 4, hint.map { $0 + 1 } ?? 0) }
    for (seat, slots) in seen.enumerated() { pack(YOKAI_SEEN, seat, 16, Int(slots)) }
    for (seat, slots) in inView.enumerated() { pack(YOKAI_IN_VIEW, seat, 16, Int(slots)) }
    words[Int(YOKAI_HINTS) + 1] |= (lastMoveSource.map(UInt32.init) ?? YOKAI_NO_CELL) << 24
    let status: [(value: UInt32, shift: UInt32)] = [
      (UInt32(revealed), YOKAI_REVEALED_SHIFT), (UInt32(turn), YOKAI_TURN_SHIFT), (phase.rawValue, YOKAI_PHASE_SHIFT),
      (UInt32(player), YOKAI_PLAYER_SHIFT), (ended ? 1 : 0, YOKAI_ENDED_SHIFT),
      (endedEarly ? 1 : 0, YOKAI_EARLY_SHIFT), (won ? 1 : 0, YOKAI_WON_SHIFT),
    ]
    for hint in placed { words[Int(YOKAI_STATUS)] |= 1 << UInt32(hint) }
    for field in status { words[Int(YOKAI_STATUS)] |= field.value << field.shift }
    words[Int(YOKAI_REGISTERS)] =
      register(YOKAI_PEEK1_SHIFT, firstPeek?.slot, owner: (YOKAI_PEEK_OWNER_SHIFT, firstPeek?.owner))
      | register(YOKAI_PEEK2_SHIFT, secondPeek, owner: (0, nil))
      | register(YOKAI_MOVED_SHIFT, lastMove?.slot, owner: (YOKAI_MOVE_OWNER_SHIFT, lastMove?.owner))
      | register(YOKAI_HINTED_SHIFT, lastHint?.slot, owner: (YOKAI_HINT_OWNER_SHIFT, lastHint?.owner))
      | UInt32(chosenHint.map { $0 + 1 } ?? 0) << YOKAI_CHOSEN_SHIFT
    words[Int(YOKAI_EPISODE)] = UInt32(episode)
    if let transitions {
      words += [UInt32](repeating: 0, count: Int(YOKAI_SHAPED_STATE_WORDS - YOKAI_STATE_WORDS))
      words[Int(YOKAI_TRANSITIONS)] = UInt32(transitions)
    }
    return words
  }
}
