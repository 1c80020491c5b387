/// A word or colon of a `.dpomdp` file.
struct DPOMDPToken: Hashable {
  let text: String
  let line: Int
  let column: Int

  var isColon: Bool { text == ":" }

  /// All tokens of a text, without comments (`#` to the end of the line).
  static func tokens(of source: String) -> [DPOMDPToken] {
    var tokens: [DPOMDPToken] = []
    for (index, line) in source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      var word = ""
      var start = 0
      func finish() {
        if !word.isEmpty { tokens.append(DPOMDPToken(text: word, line: index + 1, column: start)) }
        word = ""
      }
      for (place, character) in line.enumerated() {
        if character == "#" { break }
        if character == ":" {
          finish()
          tokens.append(DPOMDPToken(text: ":", line: index + 1, column: place + 1))
        } else if character.isWhitespace {
          finish()
        } else {
          if word.isEmpty { start = place + 1 }
          word.append(character)
        }
      }
      finish()
    }
    return tokens
  }
}

/// One entry of a `.dpomdp` file: a keyword and what follows its colon, up to the next entry.
struct DPOMDPStatement {
  /// `start include` is one keyword.
  let keyword: String
  /// Where the keyword stands.
  let token: DPOMDPToken
  /// After the keyword's colon, further colons included.
  let body: [DPOMDPToken]

  private static let keywords: Set = [
    "agents", "discount", "values", "states", "start", "actions", "observations", "T", "O", "R",
  ]

  /// - Throws: `DPOMDPError` where the file does not begin with an entry.
  static func statements(of tokens: [DPOMDPToken], file: String) throws -> [DPOMDPStatement] {
    /// How many tokens make up the keyword and its colon, if an entry begins there: a keyword counts only at the
    /// beginning of a line.
    func opening(_ i: Int) -> Int? {
      guard keywords.contains(tokens[i].text), i == 0 || tokens[i - 1].line < tokens[i].line else { return nil }
      if i + 1 < tokens.count, tokens[i + 1].isColon { return 2 }
      let isList = i + 2 < tokens.count && ["include", "exclude"].contains(tokens[i + 1].text) && tokens[i + 2].isColon
      return tokens[i].text == "start" && isList ? 3 : nil
    }
    let starts = tokens.indices.filter { opening($0) != nil }
    if let first = tokens.first, starts.first != 0 {
      throw DPOMDPError(
        file: file, line: first.line, column: first.column,
        message: "\"\(first.text)\" begins no entry; entries begin with agents:, discount:, values:, states:, start:, "
          + "actions:, observations:, T:, O: or R:")
    }
    return zip(starts, starts.dropFirst() + [tokens.count]).map { start, end in
      let length = opening(start) ?? 2
      return DPOMDPStatement(
        keyword: tokens[start..<start + length - 1].map(\.text).joined(separator: " "), token: tokens[start],
        body: Array(tokens[start + length..<end]))
    }
  }

  /// The body split at its colons into index fields, and the numbers or keyword at its end.
  ///
  /// The last colon may be missing where the numbers begin on a new line.
  var parts: (fields: [[DPOMDPToken]], payload: [DPOMDPToken]) {
    var fields = body.split(omittingEmptySubsequences: false, whereSeparator: \.isColon).map(Array.init)
    let last = fields.removeLast()
    let line = body.last(where: \.isColon)?.line ?? token.line
    let sameLine = last.prefix { $0.line == line }
    guard !sameLine.isEmpty, sameLine.count < last.count else { return (fields, last) }
    return (fields + [Array(sameLine)], Array(last.dropFirst(sameLine.count)))
  }

  /// The body's tokens by the line they stand on.
  var lines: [[DPOMDPToken]] {
    body.reduce(into: []) { lines, token in
      if lines.last?.last?.line == token.line {
        lines[lines.count - 1].append(token)
      } else {
        lines.append([token])
      }
    }
  }
}
