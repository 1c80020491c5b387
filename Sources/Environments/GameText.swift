import VulkanCompute

/// The three kernels of a game as functions of one text, for kernels that do more than one of them: `take_step`,
/// `reset_where_done` and `observe_seat`, each for the environment or seat that `turn_invocation` says.
///
/// It is made of the texts of the kernels, so that every game has them and the rules stand in one place. `main` of each
/// kernel becomes a function. Buffers of one name become one, includes stand before everything, and macros of a kernel's own
/// text end with it. `p`, the push constants of a game's kernel, becomes a variable, so that one text can go from step to
/// step. What this asks of kernels is in docs/adding-an-environment.md.
public struct GameText {
  /// Lines `#include`, with the lines of the preprocessor that they depend on.
  private var included: [(line: String, conditions: [String])] = []
  private var bindings: [Binding] = []
  private var bodies: [String] = []
  private let game: any EnvironmentKernels

  private struct Binding {
    let type, name: String
    var isWritten: Bool
    /// The lines of the preprocessor that it depends on.
    let conditions: [String]
  }

  /// - Throws: `VulkanError` where the game names a kernel that does not exist.
  public init(_ game: any EnvironmentKernels) throws {
    self.game = game
    try append(game.stepKernel, as: "take_step")
    try append(game.resetKernel, as: "reset_where_done")
    try append(game.observeKernel, as: "observe_seat")
  }

  /// Buffers, `p` and the three functions. The text before them has the workgroup's size, the push constants and the
  /// contract (`Common/environment.h`, `Common/buffers.glsl`).
  ///
  /// - Parameters:
  ///   - sharingStates: Whether other invocations than the one that steps read its states, behind a barrier.
  ///   - writing: Buffers that the game only reads and the text around it writes.
  public func functions(sharingStates: Bool = false, writing: Set<String> = []) -> String {
    let declared = bindings.enumerated().map { number, binding in
      let kind = binding.isWritten || writing.contains(binding.name) ? "IN_OUT" : "INPUT"
      return Self.under(binding.conditions, "\(kind)(\(number + 1), \(binding.type), \(binding.name));")
    }
    func states(_ type: String) -> String {
      "layout(std430, binding = 0) \(sharingStates ? "coherent " : "")buffer states_block { \(type) states[]; };"
    }
    return """
      EnvironmentDispatch p;  // of the step that is taken, or looked at
      uvec3 turn_invocation;  // in place of gl_GlobalInvocationID
      #include "Common/environment_state.glsl"
      #undef READ_STATE4  // states are written, too, so they are no texel buffer
      #define READ_STATE4(FIELD) LOAD_STATE4(FIELD)
      #ifdef STATE_SOA
      \(states("uint"))
      #else
      \(states("uvec4"))
      #endif
      \(declared.joined(separator: "\n"))
      \(included.map { Self.under($0.conditions, $0.line) }.joined(separator: "\n"))
      \(bodies.joined(separator: "\n"))
      """
  }

  /// The first number that no buffer of the game binds.
  public var bindingCount: Int { bindings.count + 1 }

  /// The type of the elements of a buffer, such as "uvec2" for actions that are read in pairs; nil where the game has no such
  /// buffer.
  public func elementType(of buffer: String) -> String? { bindings.first { $0.name == buffer }?.type }

  /// What `turn_invocation.x` is for `observe_seat`, as text.
  public func place(environment: String, seat: String) -> String {
    game.observesSeatBySeat
      ? "\(seat) * p.environments + \(environment)" : "\(environment) * \(game.agentCount)u + \(seat)"
  }

  /// A line between the lines of the preprocessor that it depends on.
  private static func under(_ conditions: [String], _ line: String) -> String {
    let ends = conditions.filter { $0.hasPrefix("#if") }.map { _ in "#endif" }
    return (conditions + [line] + ends).joined(separator: "\n")
  }

  /// Takes a kernel apart.
  private mutating func append(_ file: String, as function: String) throws {
    guard let text = ShaderCompiler.embeddedFiles[file] else {
      throw VulkanError(.shaderCompilation, "there is no shader \(file)")
    }
    var (body, macros): ([String], [String]) = ([], [])
    var conditions: [[String]] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("#if") {
        conditions.append([line])
      } else if line.hasPrefix("#el") {
        conditions[conditions.count - 1].append(line)
      } else if line.hasPrefix("#endif") {
        conditions.removeLast()
      }
      if line.hasPrefix("#include") {
        include(line, under: Array(conditions.joined()))
      } else if let match = line.firstMatch(of: /^(INPUT|OUTPUT|IN_OUT)\(\d+, (\w+), (\w+)\);/) {
        declare(
          Binding(
            type: String(match.2), name: String(match.3), isWritten: match.1 != "INPUT",
            conditions: Array(conditions.joined())))
      } else if let match = line.firstMatch(of: /^#define (\w+)/) {
        macros.append(String(match.1))
        body.append(line)
      } else if line == "void main() {" {
        body.append("void \(function)() {")
      } else if !["#version", "layout(", "STATES_IN"].contains(where: line.hasPrefix) {
        body.append(line.replacing("gl_GlobalInvocationID", with: "turn_invocation"))
      }
    }
    bodies.append((body + macros.map { "#undef \($0)" }).joined(separator: "\n"))
  }

  /// A text is included once: always, where two kernels do so under different conditions.
  private mutating func include(_ line: String, under conditions: [String]) {
    guard let known = included.firstIndex(where: { $0.line == line }) else {
      return included.append((line, conditions))
    }
    if included[known].conditions != conditions { included[known].conditions = [] }
  }

  private mutating func declare(_ binding: Binding) {
    guard let known = bindings.firstIndex(where: { $0.name == binding.name }) else { return bindings.append(binding) }
    bindings[known].isWritten = bindings[known].isWritten || binding.isWritten
  }
}

extension GameText {
  /// A whole turn: the step, the reset where it ended an episode, and what all seats see then, by one invocation per
  /// environment (`VectorEnvironment.recordTurn`).
  var turnKernel: String {
    """
    #version 450
    // One turn: one step of row block t = transition, a new episode where it ended one, and then what every seat sees and
    // which actions it may choose, in row block t + 1.
    //
    // x = environment, y = run of the window.
    #include "Common/environment.h"
    #include "Common/buffers.glsl"
    layout(local_size_x = 64) in;
    layout(push_constant) uniform Push { EnvironmentDispatch turn; };
    \(functions())
    void main() {
      uint environment = gl_GlobalInvocationID.x;
      p = turn;
      if (environment >= p.environments) return;
      turn_invocation = gl_GlobalInvocationID;
      take_step();
      reset_where_done();
      p.transition += 1u;
      for (uint seat = 0u; seat < \(game.agentCount)u; ++seat) {
        turn_invocation.x = \(place(environment: "environment", seat: "seat"));
        observe_seat();
      }
    }
    """
  }
}
