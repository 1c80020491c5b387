import Environments

extension OvercookedV2Game {
  public func observation(of agent: Int) -> [Float] {
    switch rules.observationType {
    case .channels: window(of: agent).flatMap { $0.flatMap { $0 } }
    case .featurized: featureVector(of: agent)
    }
  }

  /// (rows, columns, channels), cut out around the cook where the view is partial.
  private func window(of agent: Int) -> [[[Float]]] {
    let whole = grid.indices.map { y in grid[y].indices.map { x in channels(of: Place(x: x, y: y), seenBy: agent) } }
    let size = rules.viewSize
    guard size > 0 else { return whole }
    let outside = [Float](repeating: 0, count: rules.channelCount)
    let own = cooks[agent].place
    return (own.y - size...own.y + size).map { y in
      (own.x - size...own.x + size).map { x in
        grid.indices.contains(y) && grid[y].indices.contains(x) ? whole[y][x] : outside
      }
    }
  }

  private func numbers(_ item: Item, seenBy agent: Int) -> [Float] {
    [item.plate ? 1 : 0, item.cooked ? 1 : 0] + permutations[agent].map { Float(item.counts[$0]) }
  }

  private func channels(of place: Place, seenBy agent: Int) -> [Float] {
    let none = numbers(nothing, seenBy: agent)
    func ofCook(_ cook: Cook?) -> [Float] {
      guard let cook else { return [0, 0, 0, 0, 0] + none }
      return [1] + (0..<4).map { $0 == cook.direction ? 1 : 0 } + numbers(cook.held, seenBy: agent)
    }
    let own = cooks[agent].place == place ? cooks[agent] : nil
    let other = cooks.indices.first { $0 != agent && cooks[$0].place == place }.map { cooks[$0] }
    let here = character(at: place)
    let stations: [Float] = "WXPRLB".map { $0 == here ? 1 : 0 }
    let piles: [Float] = permutations[agent].map { Character("\($0)") == here ? 1 : 0 }
    let lying = counters[place] ?? pots[place]?.soup ?? nothing
    let showsRecipe = here == "R" || (buttons[place] ?? 0) > 0
    let recipe = Item(counts: self.recipe)
    var channels = ofCook(own) + ofCook(other) + stations + piles + numbers(lying, seenBy: agent)
    channels += showsRecipe ? numbers(recipe, seenBy: agent) : none
    channels.append(Float(pots[place]?.timer ?? 0))
    if rules.showsDelivery { channels.append(here == "X" && delivered ? 1 : 0) }
    return channels
  }

  // MARK: The feature vector

  private func featureVector(of agent: Int) -> [Float] {
    let others = cooks.indices.filter { $0 != agent }
    let own = cooks[agent].place
    return ([agent] + others).flatMap(features)
      + others.flatMap { distance(from: own, to: cooks[$0].place) } + [Float(own.x), Float(own.y)]
  }

  private func distance(from own: Place, to target: Place?) -> [Float] {
    guard let target else { return [0, 0] }
    return [Float(target.x - own.x), Float(target.y - own.y)]
  }

  private func features(_ agent: Int) -> [Float] {
    let (cook, facing) = (cooks[agent], facedCells(from: cooks[agent]))
    func nearest(_ fits: (Place) -> Bool) -> [Place] {
      facing.filter { fits($0.key) }.sorted { ($0.value, $0.key.y, $0.key.x) < ($1.value, $1.key.y, $1.key.x) }
        .map(\.key)
    }
    func way(_ places: [Place]) -> [Float] { distance(from: cook.place, to: places.first) }
    let onion = Item(counts: [1])
    let dish = Item(plate: true, cooked: true, counts: [3])
    let isOnion = cook.held == onion
    let isDish = cook.held == dish
    var values: [Float] = (0..<4).map { $0 == cook.direction ? 1 : 0 }
    values += [isOnion, isDish, cook.held.isPlate, false].map { $0 ? 1 : 0 }
    values += isOnion ? [0, 0] : way(nearest { character(at: $0) == "0" || counters[$0] == onion })
    values += [0, 0]
    values += cook.held.isPlate ? [0, 0] : way(nearest { character(at: $0) == "B" || counters[$0]?.isPlate == true })
    values += isDish ? [0, 0] : way(nearest { counters[$0] == dish })
    values += [isDish || counters.values.contains(dish) ? 3 : 0, 0]
    values += way(nearest { character(at: $0) == "X" })
    values += way(nearest { character(at: $0) == "W" && counters[$0] == nil })
    let places = nearest { character(at: $0) == "P" }
    for number in 0..<2 {
      guard places.indices.contains(number), let pot = pots[places[number]] else {
        values += Array(repeating: 0, count: 10)
        continue
      }
      values += [true, pot.soup.isNothing, pot.soup.total == 3, pot.timer > 0, pot.soup.cooked].map { $0 ? 1 : 0 }
      values += [Float(pot.soup.total), 0, Float(pot.timer)] + distance(from: cook.place, to: places[number])
    }
    return values + (0..<4).map { character(at: cook.place.next($0)) == " " ? 0 : 1 }
  }

  /// Every cell that a cook can face, with the number of actions until it does; other cooks aside.
  private func facedCells(from cook: Cook) -> [Place: Int] {
    struct Stance: Hashable {
      let place: Place
      let direction: Int
    }
    var actions: [Stance: Int] = [Stance(place: cook.place, direction: cook.direction): 0]
    var queue = Array(actions.keys)
    var faced: [Place: Int] = [:]
    while !queue.isEmpty {
      let stance = queue.removeFirst()
      let count = actions[stance]!
      let target = stance.place.next(stance.direction)
      if character(at: target) != " ", faced[target] == nil { faced[target] = count }
      for direction in 0..<4 {
        let next = stance.place.next(direction)
        let after = Stance(place: character(at: next) == " " ? next : stance.place, direction: direction)
        if actions[after] == nil {
          actions[after] = count + 1
          queue.append(after)
        }
      }
    }
    return faced
  }
}
