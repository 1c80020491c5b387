import Foundation

/// Reads `.layout` files of overcooked_ai: a Python dictionary with the kitchen under `grid`.
///
/// Only the kitchen is taken from it. Whatever else the file asks for has to be what this game does anyway: onion soups of
/// three, 20 steps and 20 points each; all other orders, times and values are refused by name.
/// Source: `overcooked_ai_py/data/layouts` of overcooked_ai (Carroll et al. 2019).
enum OvercookedLayoutFile {
  /// - Parameter path: Relative to the working directory.
  /// - Throws: `EnvironmentParameters.Invalid`, which names the file.
  static func kitchen(at path: String) throws -> OvercookedKitchen {
    let name = "environment.layout = \(path)"
    guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
      throw EnvironmentParameters.Invalid("\(name) cannot be read as text; check the path")
    }
    return try kitchen(text, name: name)
  }

  /// - Parameter name: What errors call the file.
  static func kitchen(_ text: String, name: String) throws -> OvercookedKitchen {
    func invalid(_ problem: String) -> EnvironmentParameters.Invalid { .init("\(name): \(problem)") }
    let entries: [(key: String, value: PythonLiteral)]
    do {
      guard case .dictionary(let found) = try PythonLiteral(text) else {
        throw PythonLiteral.Malformed(line: 1, problem: "a layout is a dictionary, {\"grid\": ...}")
      }
      entries = found
    } catch let malformed as PythonLiteral.Malformed {
      throw invalid("line \(malformed.line): \(malformed.problem)")
    }
    var grid: String?
    for (key, value) in entries {
      switch (key, value) {
      case ("grid", .text(let rows)): grid = rows
      case ("rew_shaping_params", .none), ("layout_name", .text), ("cook_time", .number(20)),
        ("num_items_for_soup", .number(3)), ("delivery_reward", .number(20)), ("start_order_list", .none),
        ("start_bonus_orders", .none), ("start_bonus_orders", .list([])), ("recipe_values", .list([.number(20)])),
        ("recipe_times", .list([.number(20)])):
        continue
      case ("start_all_orders", .list(let orders)):
        for order in orders where order != .dictionary([("ingredients", .list(["onion", "onion", "onion"]))]) {
          throw invalid("start_all_orders has \(order); the only order here is a soup of three onions")
        }
        guard !orders.isEmpty else {
          throw invalid("start_all_orders is empty; the order here is a soup of three onions")
        }
      default:
        throw invalid(
          "\(key) = \(value) is not supported; soups take 20 steps and pay 20, so remove the line")
      }
    }
    guard let grid else { throw invalid("there is no text under grid") }
    let rows = grid.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    return try OvercookedKitchen(rows: rows, letters: .overcookedAI, name: name)
  }
}

/// A value written as in Python: text, numbers, True, False, None, lists and dictionaries with text for keys.
indirect enum PythonLiteral {
  case text(String)
  case number(Double)
  case boolean(Bool)
  case none
  case list([PythonLiteral])
  case dictionary([(key: String, value: PythonLiteral)])

  struct Malformed: Error {
    let line: Int
    let problem: String
  }

  /// More would be no layout, and deep ones would fill the stack.
  private static let deepest = 16

  init(_ source: String) throws {
    var reader = Reader(Array(source))
    self = try reader.value(depth: 0)
    try reader.end()
  }

  private struct Reader {
    let characters: [Character]
    var place = 0

    init(_ characters: [Character]) { self.characters = characters }

    func malformed(_ problem: String) -> Malformed {
      Malformed(line: 1 + characters[..<min(place, characters.count)].count { $0.isNewline }, problem: problem)
    }

    mutating func skipSpace() {
      while place < characters.count {
        if characters[place] == "#" {
          place = characters[place...].firstIndex(where: \.isNewline) ?? characters.count
        } else if characters[place].isWhitespace || characters[place] == "\u{FEFF}" {
          place += 1
        } else {
          return
        }
      }
    }

    mutating func end() throws {
      skipSpace()
      guard place == characters.count else {
        throw malformed("\"\(characters[place])\" after the end of the dictionary")
      }
    }

    /// Reads the text at this place.
    mutating func take(_ text: String) -> Bool {
      guard characters[place...].starts(with: text) else { return false }
      place += text.count
      return true
    }

    mutating func value(depth: Int) throws -> PythonLiteral {
      skipSpace()
      guard depth < PythonLiteral.deepest else { throw malformed("lists and dictionaries are too deep") }
      guard place < characters.count else { throw malformed("the file ends where a value is expected") }
      switch characters[place] {
      case "\"", "'": return .text(try text())
      case "[": return .list(try items(until: "]") { try $0.value(depth: depth + 1) })
      case "{":
        return .dictionary(
          try items(until: "}") { reader in
            reader.skipSpace()
            guard reader.place < reader.characters.count, "\"'".contains(reader.characters[reader.place]) else {
              throw reader.malformed("a key is text in quotes")
            }
            let key = try reader.text()
            reader.skipSpace()
            guard reader.take(":") else { throw reader.malformed("a colon is missing after \"\(key)\"") }
            return (key, try reader.value(depth: depth + 1))
          })
      default:
        let word = String(characters[place...].prefix { $0.isLetter || $0.isNumber || "+-._".contains($0) })
        defer { place += word.count }
        let constants: [String: PythonLiteral] = ["None": .none, "True": .boolean(true), "False": .boolean(false)]
        if let constant = constants[word] { return constant }
        guard let number = Double(word), number.isFinite else {
          throw malformed("\"\(word.isEmpty ? String(characters[place]) : word)\" is not a value")
        }
        return .number(number)
      }
    }

    mutating func items<Item>(until end: String, _ item: (inout Reader) throws -> Item) throws -> [Item] {
      place += 1
      var items: [Item] = []
      while true {
        skipSpace()
        if take(end) { return items }
        items.append(try item(&self))
        skipSpace()
        guard take(",") || characters[place...].starts(with: end) else {
          throw malformed("a comma or \(end) is missing")
        }
      }
    }

    mutating func text() throws -> String {
      let quote = String(characters[place])
      let triple = String(repeating: quote, count: 3)
      let mark = characters[place...].starts(with: triple) ? triple : quote
      let start = self
      place += mark.count
      var text = ""
      while place < characters.count {
        if take(mark) { return text }
        if mark.count == 1, characters[place].isNewline { break }
        text.append(characters[place])
        place += 1
      }
      throw start.malformed("a text begins with \(mark) and does not end")
    }
  }
}

extension PythonLiteral: Equatable, ExpressibleByStringLiteral, CustomStringConvertible {
  init(stringLiteral value: String) { self = .text(value) }

  static func == (left: PythonLiteral, right: PythonLiteral) -> Bool {
    switch (left, right) {
    case (.text(let a), .text(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.boolean(let a), .boolean(let b)): a == b
    case (.none, .none): true
    case (.list(let a), .list(let b)): a == b
    case (.dictionary(let a), .dictionary(let b)): a.map(\.key) == b.map(\.key) && a.map(\.value) == b.map(\.value)
    default: false
    }
  }

  /// As errors show it, in one line.
  var description: String {
    switch self {
    case .text(let text): "\"\(text)\""
    case .number(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    case .boolean(let flag): flag ? "True" : "False"
    case .none: "None"
    case .list(let items): "[\(items.map(\.description).joined(separator: ", "))]"
    case .dictionary(let entries): "{\(entries.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}"
    }
  }
}
