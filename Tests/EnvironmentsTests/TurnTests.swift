// The kernel of a whole turn does what the step, the reset and the observation of a game do one after another (`GameText`).
import Environments
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct TurnTests {
  private static let (runs, environments, steps) = (2, 65, 40)

  /// Everything that games leave behind, by buffer.
  private static func play(_ game: any Environment, inTurns: Bool, device: Device) throws -> (
    words: [String: [UInt32]], games: CommandSequence
  ) {
    let table = BufferTable(device: device)
    let vector = try VectorEnvironment(
      environment: game, runs: runs, environmentsPerRun: environments, device: device, table: table,
      takesTurns: inTurns)
    let transitions = Transitions(
      of: game, runs: runs, environments: environments, steps: steps, keepsLast: true, table: table)
    let randomPlay = try RandomPlay(vector, device: device, table: table)
    try table.allocate()
    try vector.initialize(seeds: [3, 4])
    let games = try device.record { recorder in
      vector.recordFirstEpisodes(recorder, runs: 0..<runs, of: transitions)
      vector.recordObserve(recorder, runs: 0..<runs, into: transitions)
      for step in 0..<steps {
        randomPlay.recordChoose(recorder, runs: 0..<runs, step: step, into: transitions)
        try vector.recordTurn(recorder, runs: 0..<runs, step: step, of: transitions)
      }
    }
    try device.submit(games).wait()
    try vector.requireNoErrors()
    var words: [String: [UInt32]] = [:]
    func keep<T: BitwiseCopyable>(_ buffer: Buffer<T>?) throws {
      guard let buffer else { return }
      words[buffer.name] = try buffer.read().withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
    }
    try keep(vector.states)
    try keep(transitions.observations)
    try keep(transitions.legalMasks)
    try keep(transitions.actions)
    try keep(transitions.rewards)
    try keep(transitions.shapedRewards)
    try keep(transitions.dones)
    try keep(transitions.outcomes)
    return (words, games)
  }

  /// Kitchens whose episodes would not end here are closed earlier.
  private static func game(_ variant: EnvironmentVariant) throws -> any Environment {
    guard try variant.make().timeLimit != nil else { return try variant.make() }
    let values = variant.values.merging(["max_steps": .integer(13)]) { $1 }
    return try EnvironmentVariant(name: variant.name, values: values).make()
  }

  @Test(arguments: EnvironmentVariant.all)
  func aTurnIsItsThreeParts(variant: EnvironmentVariant) throws {
    let device = try TestDevice.make(profile: .graphics)
    let game = try Self.game(variant)
    let (apart, parts) = try Self.play(game, inTurns: false, device: device)
    let (together, turns) = try Self.play(game, inTurns: true, device: device)
    #expect(apart.keys == together.keys)
    for (name, words) in apart { #expect(together[name] == words, "\(name)") }
    #expect(apart["dones"]?.contains(1) == true || game.name == "yokai", "no episode ended")
    #expect(parts.stageCount - turns.stageCount == 2 * Self.steps)
    let kernels = turns.kernels.filter { $0.name == "\(game.name)_turn" }
    #expect(!kernels.isEmpty)
    var known: Set<ContentHash> = []
    try SPIRVTools.check(kernels, known: &known)
    device.requireNoValidationMessages()
  }

  /// Errors are kept, too: an action that nobody may take, then steps behind the end.
  @Test func aTurnRefusesWhatAStepRefuses() throws {
    let device = try TestDevice.make(profile: .graphics)
    let game = try EnvironmentVariant(name: "levers", values: [:]).make()
    let table = BufferTable(device: device)
    let vector = try VectorEnvironment(
      environment: game, runs: 1, environmentsPerRun: 3, device: device, table: table, takesTurns: true)
    let transitions = Transitions(of: game, runs: 1, environments: 3, keepsLast: true, table: table)
    try table.allocate()
    try vector.initialize(seeds: [1])
    try device.run { recorder in vector.recordFirstEpisodes(recorder, runs: 0..<1, of: transitions) }
    try transitions.actions.write([0, 0, 99, 0, 1, 1])
    try device.run { recorder in try vector.recordTurn(recorder, runs: 0..<1, step: 0, of: transitions) }
    #expect(throws: EnvironmentFailure.self) { try vector.requireNoErrors() }
    #expect(try vector.errors.read(run: 0) == [0, 1, 0])
    device.requireNoValidationMessages()
  }
}
