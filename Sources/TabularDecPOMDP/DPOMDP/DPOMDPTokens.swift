/// A word or colon of a `.dpomdp` file.
struct DPOMDPToken: Hashable {
  /// Without the quotes around a quoted word.
  let text: String
  let line: Int
  let column: Int
  var isQuoted = false

  var isColon: Bool { text == ":" && !isQuoted }

  /// All tokens of a text, without comments (`#` to the end of the line). Lines end as on any system, a byte-order mark is
  /// skipped, and words may be quoted, as some tools write them: "listen".
  ///
  /// - Throws: `DPOMDPError` where a quote is not closed on its line.
  static func tokens(of source: String, file: String) throws -> [DPOMDPToken] {
    var tokens: [DPOMDPToken] = []
    let scalars = source.unicodeScalars
    var (place, line, column) = (scalars.startIndex, 1, 1)
    if scalars.first == "\u{FEFF}" { place = scalars.index(after: place) }
    var wordStart: (place: String.Index, column: Int)?
    func finish(at end: String.Index) {
      guard let start = wordStart else { return }
      tokens.append(DPOMDPToken(text: String(scalars[start.place..<end]), line: line, column: start.column))
      wordStart = nil
    }
    while place < scalars.endIndex {
      let scalar = scalars[place]
      var next = scalars.index(after: place)
      switch scalar {
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
        finish(at: place)
        if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
        (line, column) = (line + 1, 0)
      case "#":
        finish(at: place)
        next = scalars[place...].firstIndex(where: isNewline) ?? scalars.endIndex
      case ":":
        finish(at: place)
        tokens.append(DPOMDPToken(text: ":", line: line, column: column))
      case "\"" where wordStart == nil:
        let end = scalars[next...].firstIndex { $0 == "\"" || isNewline($0) } ?? scalars.endIndex
        guard end < scalars.endIndex, scalars[end] == "\"", end > next else {
          throw DPOMDPError(
            file: file, line: line, column: column,
            message: "a quote begins here that holds no word or is not closed; write \"word\"")
        }
        let text = String(scalars[next..<end])
        tokens.append(DPOMDPToken(text: text, line: line, column: column, isQuoted: true))
        column += text.unicodeScalars.count + 1
        next = scalars.index(after: end)
      case _ where isSpace(scalar): finish(at: place)
      default: if wordStart == nil { wordStart = (place, column) }
      }
      column += 1
      place = next
    }
    finish(at: place)
    return tokens
  }

  private static func isNewline(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? scalar == " " || (9...13).contains(scalar.value) : scalar.properties.isWhitespace
  }
}

/// One entry of a `.dpomdp` file: a keyword and what follows its colon, up to the next entry.
struct DPOMDPStatement {
  /// `start include` is one keyword.
  let keyword: String
  /// Position of the keyword.
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
        message: "\"\(first.text)\" is not an entry; entries begin with agents:, discount:, values:, states:, start:, "
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
