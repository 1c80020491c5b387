import Foundation
import VulkanCompute

/// Reads `.dpomdp`, the file format of the MADP toolbox for Dec-POMDPs (after Cassandra's format for POMDPs).
///
/// Source: `problems/example.dpomdp` of the MADP toolbox (Oliehoek and Spaan). Everything there is understood: names or
/// counts, `start` by probabilities, state, `uniform`, `include` and `exclude`, joint actions and observations by name,
/// number, joint number or with `*`, single values, rows, matrices, `uniform`, `identity`, `reward` and `cost`; later
/// entries overwrite earlier ones. Rewards are averaged over next states and observations. What other tools write is
/// understood, too: quoted words, `R: a : s : r` and `R: a : s : s' : r` for rewards that depend on no more, a byte-order
/// mark, and lines that end in CR LF.
public enum DPOMDPFile {
  /// - Throws: `DPOMDPError` with line and column; also where the tables would not fit into the machine's memory.
  public static func read(contentsOf path: String) throws -> DecPOMDP {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DPOMDPError(file: path, line: 0, column: 0, message: "the file cannot be read; check the path")
    }
    guard !data.contains(0) else {
      throw DPOMDPError(
        file: path, line: 0, column: 0, message: "the file is not UTF-8 text; save it as UTF-8, or unpack it first")
    }
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    return try parse(String(decoding: data, as: UTF8.self), file: path, name: name)
  }

  /// - Parameters:
  ///   - file: What errors call the text.
  ///   - name: Of the problem.
  ///   - memory: Bytes that its tables may take.
  public static func parse(
    _ text: String, file: String, name: String, memory: UInt64 = UInt64(MachineMemory.availableBytes)
  ) throws -> DecPOMDP {
    let statements = try DPOMDPStatement.statements(of: DPOMDPToken.tokens(of: text, file: file), file: file)
    let preamble = try DPOMDPPreamble(statements, file: file)
    var tables = DPOMDPTables(preamble, try DPOMDPSizes(preamble, memory: memory))
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
