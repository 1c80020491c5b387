import Foundation

/// Reads `.dpomdp`, the file format of the MADP toolbox for Dec-POMDPs (after Cassandra's format for POMDPs).
///
/// Source: `problems/example.dpomdp` of the MADP toolbox (Oliehoek and Spaan). Everything there is understood: names or
/// counts, `start` by probabilities, state, `uniform`, `include` and `exclude`, joint actions and observations by name,
/// number, joint number or with `*`, single values, rows, matrices, `uniform`, `identity`, `reward` and `cost`; later
/// entries overwrite earlier ones. Rewards are averaged over next states and observations.
public enum DPOMDPFile {
  /// - Throws: `DPOMDPError` with line and column.
  public static func read(contentsOf path: String) throws -> DecPOMDP {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DPOMDPError(file: path, line: 0, column: 0, message: "the file cannot be read; check the path")
    }
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    return try parse(String(decoding: data, as: UTF8.self), file: path, name: name)
  }

  /// - Parameters:
  ///   - file: What errors call the text.
  ///   - name: Of the problem.
  public static func parse(_ text: String, file: String, name: String) throws -> DecPOMDP {
    let statements = try DPOMDPStatement.statements(of: DPOMDPToken.tokens(of: text), file: file)
    var tables = try DPOMDPTables(DPOMDPPreamble(statements, file: file))
    for statement in statements {
      switch statement.keyword {
      case "T": try tables.readTransition(statement)
      case "O": try tables.readObservation(statement)
      case "R": try tables.readReward(statement)
      default: continue
      }
    }
    return try tables.problem(name: name)
  }
}
