import Environments
import TestSupport
import Testing
import VulkanCompute

/// What must not make a difference: names of colours, directions, seats, what is hidden, the form of the observation.
@Suite struct YokaiSymmetryTests {
  /// Masks, results and rewards of all images of some situations.
  @Test(
    arguments: [
      ([:], 48), (["boundary": "shift", "action_mode": "cell", "memory": "turn"], 48), (["game": "yokai_16"], 192),
    ] as [([String: ParameterValue], Int)])
  func symmetriesOfColorsAndGridCommuteWithAStep(parameters: [String: ParameterValue], order: Int) throws {
    let environment = try yokai(parameters)
    let rules = environment.parameters
    let device = try TestDevice.make()
    let symmetries = YokaiSymmetry.all(of: rules)
    #expect(symmetries.count == order)
    // Some from random games, and one that is won if it ends now.
    let situations =
      try YokaiSituations.random(environment, steps: [1, 2, 3, 8, 13, 22], seed: 4, device: device)
      + [YokaiTable.start(rules) { $0.revealed = 2 }]
    var random = YokaiRandom(32)
    let game = YokaiGame(situations[0], rules)
    let legal = situations.map { YokaiGame($0, rules).choices }
    let choices = legal.map { $0.last == .end ? .end : $0[random.next(below: $0.count)] }
    let images = symmetries.flatMap { symmetry in situations.map(symmetry.state) }
    let play = try YokaiSituations.play(images, environment, device: device)
    let masks = try play.legalActions()
    var actions: [UInt32] = []
    for (number, image) in images.enumerated() {
      let (element, index) = number.quotientAndRemainder(dividingBy: situations.count)
      let symmetry = symmetries[element]
      let expected = legal[index].map { game.number(of: symmetry.action($0)) }.sorted()
      #expect(masks[number * rules.players + image.player] == expected, "element \(element)")
      for seat in 0..<rules.players {
        actions.append(
          UInt32(game.number(of: seat == image.player ? symmetry.action(choices[index]) : .nothing)))
      }
    }
    try play.setActions(actions)
    try play.step()
    let states = try play.states().map { YokaiState($0, rules) }
    let rewards = try play.rewards()
    // The identity comes first.
    for number in images.indices {
      let (element, index) = number.quotientAndRemainder(dividingBy: situations.count)
      #expect(states[number] == symmetries[element].state(states[index]), "element \(element), situation \(index)")
      #expect(rewards[number * rules.players] == rewards[index * rules.players])
    }
    #expect(rewards.contains { $0 > 0 })
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
  }

  /// What a seat cannot know changes nothing that it is shown.
  @Test(
    arguments: [[:], ["obs_matches": true, "shaping_weight": 1], ["game": "yokai_16", "players": 3, "obs": "grid"]]
      as [[String: ParameterValue]])
  func hiddenColorsAndHintsDoNotShow(parameters: [String: ParameterValue]) throws {
    let environment = try yokai(parameters)
    let rules = environment.parameters
    let device = try TestDevice.make()
    let situations = try YokaiSituations.random(environment, steps: Array(0..<24), seed: 5, device: device)
    let original = try YokaiSituations.play(situations, environment, device: device)
    let (rows, masks) = try (original.packedObservations(), original.packedMasks())
    var random = YokaiRandom(33)
    for seat in 0..<rules.players {
      let redrawn = situations.map { state in
        state.resamplingHidden(from: seat, rules) { random.next(below: $0) }
      }
      #expect(zip(redrawn, situations).count { $0 != $1 } > situations.count / 2)
      #expect(redrawn.allSatisfy { YokaiState($0.words, rules) == $0 })
      let play = try YokaiSituations.play(redrawn, environment, device: device)
      let (newRows, newMasks) = try (play.packedObservations(), play.packedMasks())
      for (values, newValues, words) in [
        (rows, newRows, environment.observationWordCount), (masks, newMasks, environment.maskWordCount),
      ] {
        for index in situations.indices {
          let row = (index * rules.players + seat) * words..<(index * rules.players + seat + 1) * words
          #expect(values[row] == newValues[row], "seat \(seat), situation \(index)")
        }
      }
    }
    device.requireNoValidationMessages()
  }

  /// Hidden colours and hints are drawn again as they were dealt: every assignment that fits is as likely.
  @Test func theBeliefOfASeatIsUniformOverWhatFits() throws {
    let rules = try yokai(fourCards.merging(["hint_counts": [1, 1, 0]]) { $1 }).parameters
    // Seat 0 knows the colour of slot 0: three places for the other card of its colour; one of two hints of one colour.
    let state = YokaiTable.start(rules) { state in
      state.hints = [1, 3]
      state.seen[0] = 1
    }
    var random = YokaiRandom(34)
    var counts: [[Int]: Int] = [:]
    let draws = 6000
    for _ in 0..<draws {
      let drawn = state.resamplingHidden(from: 0, rules) { random.next(below: $0) }
      #expect(drawn.colors[0] == 0)
      counts[drawn.colors + drawn.hints.map(Int.init), default: 0] += 1
    }
    // 3 assignments of colours, 2 hints of one colour, 2 orders.
    #expect(counts.count == 12)
    let expected = Double(draws) / 12
    let chiSquare = counts.values.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(chiSquare < 11 + 5 * 22.0.squareRoot(), "\(chiSquare)")
  }

  /// The same policy on both sides plays the same game whoever sits where: rows, masks and results turn with the seats.
  @Test(arguments: [[:], ["players": 4, "memory": "turn", "action_mode": "cell"]] as [[String: ParameterValue]])
  func seatsAreOnlyNumbers(parameters: [String: ParameterValue]) throws {
    let environment = try yokai(parameters)
    let rules = environment.parameters
    let players = rules.players
    let device = try TestDevice.make()
    let situations = try YokaiSituations.random(environment, steps: Array(0..<24), seed: 6, device: device)
    let here = try YokaiSituations.play(situations, environment, device: device)
    let there = try YokaiSituations.play(
      situations.map { Self.oneSeatOn($0, players) }, environment, device: device)
    for (values, turned, words) in try [
      (here.packedObservations(), there.packedObservations(), environment.observationWordCount),
      (here.packedMasks(), there.packedMasks(), environment.maskWordCount),
    ] {
      for index in situations.indices {
        for seat in 0..<players {
          let row = (index * players + seat) * words
          let other = (index * players + (seat + 1) % players) * words
          #expect(values[row..<row + words].elementsEqual(turned[other..<other + words]))
        }
      }
    }
    try here.chooseRandomly()
    let actions = try here.actions()
    try there.setActions(
      actions.indices.map { number in
        let (index, seat) = number.quotientAndRemainder(dividingBy: players)
        return actions[index * players + (seat + players - 1) % players]
      })
    try here.step()
    try there.step()
    let (states, turned) = try (here.states(), there.states())
    for index in situations.indices {
      #expect(
        YokaiState(turned[index], rules) == Self.oneSeatOn(YokaiState(states[index], rules), players))
    }
    #expect(try here.rewards() == there.rewards())
    try there.vector.requireNoErrors()
    device.requireNoValidationMessages()
  }

  /// Everyone sits one seat further.
  private static func oneSeatOn(_ state: YokaiState, _ players: Int) -> YokaiState {
    var turned = state
    func next(_ seat: Int) -> Int { (seat + 1) % players }
    turned.player = next(state.player)
    turned.firstPeek?.owner = next(state.firstPeek?.owner ?? 0)
    turned.lastMove?.owner = next(state.lastMove?.owner ?? 0)
    turned.lastHint?.owner = next(state.lastHint?.owner ?? 0)
    for seat in 0..<players {
      turned.seen[next(seat)] = state.seen[seat]
      turned.inView[next(seat)] = state.inView[seat]
    }
    return turned
  }

  /// Each form of the observation can be computed from the other one.
  @Test(
    arguments: [
      [:], ["players": 3, "memory": "turn", "action_mode": "cell"], ["game": "yokai_16"],
    ] as [[String: ParameterValue]])
  func bothFormsOfTheObservationSayTheSame(parameters: [String: ParameterValue]) throws {
    let asCards = try yokai(parameters.merging(["obs": "cards"]) { $1 })
    let asGrid = try yokai(parameters.merging(["obs": "grid"]) { $1 })
    let device = try TestDevice.make()
    let situations = try YokaiSituations.random(asCards, steps: Array(0..<16), seed: 7, device: device)
    let cards = try YokaiSituations.play(situations, asCards, device: device).observations()
    let grid = try YokaiSituations.play(situations, asGrid, device: device).observations()
    let forms = YokaiForms(asCards.parameters)
    for (row, planes) in zip(cards, grid) {
      #expect(forms.planes(fromCards: row) == planes)
      #expect(forms.cards(fromPlanes: planes) == row)
    }
    device.requireNoValidationMessages()
  }
}

/// Translates one form of the observation into the other, by the layout that docs/environments/yokai.md gives.
private struct YokaiForms {
  let rules: YokaiParameters
  let cells: Int
  /// Flags of a card.
  let flags: Int
  /// The flag that a card was moved last; the plane of the move's source follows its plane.
  let movedFlag: Int

  init(_ rules: YokaiParameters) {
    self.rules = rules
    cells = rules.gridSize * rules.gridSize
    flags = 5 + 2 * rules.colors + rules.players
    movedFlag = 1 + 2 * rules.colors + 2
  }

  private func plane(ofFlag flag: Int) -> Int { 1 + flag + (flag > movedFlag ? 1 : 0) }

  func planes(fromCards row: [Float]) -> [Float] {
    let size = rules.gridSize
    let perCard = 2 * size + flags
    let planeCount = 2 + flags + rules.cardCount
    let source = rules.cardCount * perCard
    var planes = [Float](repeating: 0, count: planeCount * cells)
    /// The cell that is written at a place as two one-hots, if there is one.
    func cell(_ place: Int) -> Int? {
      guard let line = (0..<size).first(where: { row[place + $0] == 1 }) else { return nil }
      return line * size + (0..<size).first { row[place + size + $0] == 1 }!
    }
    for slot in 0..<rules.cardCount {
      let cell = cell(slot * perCard)!
      planes[cell] = 1
      for flag in 0..<flags { planes[plane(ofFlag: flag) * cells + cell] = row[slot * perCard + 2 * size + flag] }
      planes[(2 + flags + slot) * cells + cell] = 1
    }
    if let cell = cell(source) { planes[(2 + movedFlag) * cells + cell] = 1 }
    return planes + row[(source + 2 * size)...]
  }

  func cards(fromPlanes planes: [Float]) -> [Float] {
    let size = rules.gridSize
    func place(_ cell: Int?) -> [Float] {
      var place = [Float](repeating: 0, count: 2 * size)
      if let cell {
        place[cell / size] = 1
        place[size + cell % size] = 1
      }
      return place
    }
    func cell(_ plane: Int) -> Int? { (0..<cells).first { planes[plane * cells + $0] == 1 } }
    var row: [Float] = []
    for slot in 0..<rules.cardCount {
      let cell = cell(2 + flags + slot)!
      row += place(cell) + (0..<flags).map { planes[plane(ofFlag: $0) * cells + cell] }
    }
    row += place(cell(2 + movedFlag))
    return row + planes[((2 + flags + rules.cardCount) * cells)...]
  }
}
