/// Reads names, numbers and indices, with errors that say where.
struct DPOMDPReader {
  let file: String

  func error(_ token: DPOMDPToken, _ message: String) -> DPOMDPError {
    DPOMDPError(file: file, line: token.line, column: token.column, message: message)
  }

  func number(_ token: DPOMDPToken) throws -> Double {
    guard let number = Double(token.text), number.isFinite else {
      throw error(token, "\"\(token.text)\" is not a number")
    }
    return number
  }

  func reward(_ token: DPOMDPToken) throws -> Double {
    let reward = Double(token.text)
    if let reward, abs(reward) > DecPOMDP.largestReward {
      throw error(
        token, "the reward \(token.text) is beyond \(DecPOMDP.largestReward); divide all rewards by the same number")
    }
    return try number(token)
  }

  func probability(_ token: DPOMDPToken) throws -> Double {
    let probability = try number(token)
    guard (0...1).contains(probability) else { throw error(token, "\(token.text) is not a probability from 0 to 1") }
    return probability
  }

  /// `count` probabilities.
  func row(_ tokens: [DPOMDPToken], count: Int, what: String) throws -> [Double] {
    guard tokens.count == count, tokens.first != nil else {
      let place = tokens.count > count ? tokens[count] : tokens[tokens.count - 1]
      throw error(place, "\(tokens.count) numbers for \(count) \(what)")
    }
    return try tokens.map(probability)
  }

  /// A count, or names; unnamed things are called by their number.
  func names(_ tokens: [DPOMDPToken], _ what: String, of keyword: DPOMDPToken) throws -> DPOMDPNames {
    guard let first = tokens.first else { throw error(keyword, "no \(what)s; write their names or how many there are") }
    if tokens.count == 1, let count = Int(first.text) {
      guard (1...100_000).contains(count) else { throw error(first, "\(count) \(what)s; expected 1 to 100000") }
      return DPOMDPNames((0..<count).map(String.init))
    }
    var seen: Set<String> = []
    for token in tokens {
      if token.isColon || token.text == "*" || token.text.first?.isNumber == true {
        throw error(token, "\"\(token.text)\" is not a name of a \(what); names begin with a letter")
      }
      guard seen.insert(token.text).inserted else { throw error(token, "a second \(what) called \(token.text)") }
    }
    return DPOMDPNames(tokens.map(\.text))
  }

  /// One line of names or a count per agent.
  func namesPerAgent(_ entry: DPOMDPStatement, _ what: String, agents: Int) throws -> [DPOMDPNames] {
    let lines = entry.lines
    guard lines.count == agents else {
      throw error(entry.token, "\(lines.count) lines of \(what)s for \(agents) agents; write one line per agent")
    }
    return try lines.map { try names($0, what, of: entry.token) }
  }

  /// A name or a number.
  func index(_ token: DPOMDPToken, _ names: DPOMDPNames, _ what: String) throws -> Int {
    if let index = names.index(of: token.text) { return index }
    let some = names.names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", ..." : "")
    throw error(token, "there is no \(what) \(token.text); there are \(names.count): \(some)")
  }

  /// A name, a number, or `*` for all.
  func indices(
    _ field: [DPOMDPToken], _ names: DPOMDPNames, _ what: String, of keyword: DPOMDPToken
  ) throws -> [Int] {
    guard field.count == 1 else {
      throw error(field.last ?? keyword, "expected one \(what) or * between colons, not \(field.count) words")
    }
    return field[0].text == "*" ? Array(names.indices) : [try index(field[0], names, what)]
  }

  /// Joint actions or observations: `*`, a joint number, or a name, number or `*` for every agent.
  func jointIndices(
    _ field: [DPOMDPToken], _ names: [DPOMDPNames], _ what: String, of keyword: DPOMDPToken
  ) throws -> [Int] {
    let radix = MixedRadix(names.map(\.count))
    if field.count == 1 {
      if field[0].text == "*" { return Array(0..<radix.count) }
      if let joint = Int(field[0].text), (0..<radix.count).contains(joint) { return [joint] }
    }
    guard field.count == names.count else {
      throw error(
        field.last ?? keyword,
        "expected *, a joint \(what) below \(radix.count), or one \(what) for each of the "
          + "\(names.count) agents, not \(field.count) words")
    }
    let choices = try zip(field, names).map { token, names in
      token.text == "*" ? Array(names.indices) : [try index(token, names, what)]
    }
    return choices.indices.reduce([0]) { joints, i in
      joints.flatMap { joint in choices[i].map { joint + $0 * radix.strides[i] } }
    }
  }
}
