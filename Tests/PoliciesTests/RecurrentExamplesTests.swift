// Examples of recurrent policies: hidden states before and after every row, through games and across their ends.
import Environments
import Networks
import TestSupport
import Testing
import VulkanCompute

@testable import Policies

@Suite struct RecurrentExamplesTests {
  @Test func examplesFollowEverySeatThroughItsGames() throws {
    let device = try TestDevice.make()
    let environment = try EnvironmentRegistry.make(
      name: "hanabi", parameters: EnvironmentParameters(["preset": .text("tiny"), "observation": .text("minimal")]))
    let (width, environments, steps) = (5, 3, 12)
    let architecture = try NetworkArchitecture(
      inputs: environment.observationFeatureCount, actions: environment.actionCount, trunk: [], gru: width, actor: [6],
      critic: [], activation: .tanh)
    let layout = ParameterLayout(architecture)
    let parameters = OrthogonalInitializer.parameters(layout, seeds: [9])
    let examples = try PolicyExamples.record(
      environment: environment, architecture: architecture, parameters: parameters, device: device,
      environments: environments, steps: steps)
    let states = try #require(examples.hiddenStates)
    func rows(_ values: [Float], _ width: Int) -> [[Double]] {
      stride(from: 0, to: values.count, by: width).map { values[$0..<$0 + width].map { Double($0) } }
    }
    let (before, after) = (rows(states.before, width), rows(states.after, width))
    let actors = environments * environment.agentCount
    #expect(before.count == steps * actors)

    // Every row by itself, from the state that it says it begins with.
    let twin = PolicyNetworkTwin(architecture, parameters: parameters.map { Double($0) })
    let observations = rows(examples.observations, architecture.inputs)
    var began = 0
    for row in before.indices {
      let outputs = twin.forward([observations[row]], GRULayer.Sequences(firstStates: [before[row]], resets: [false]))
      #expect(zip(after[row], outputs.hidden[0]).allSatisfy { abs($0 - $1) < 1e-5 })
      #expect(abs(Double(examples.values[row]) - outputs.values[0]) < 1e-5)
      // States go on, or begin with 0.
      let isZero = before[row].allSatisfy { $0 == 0 }
      if row < actors {
        #expect(isZero)
      } else {
        #expect(isZero || before[row] == after[row - actors])
        began += isZero ? 1 : 0
      }
    }
    #expect(began >= environment.agentCount && began < before.count / 2)
    device.requireNoValidationMessages()
  }

  @Test func feedForwardPoliciesHaveNone() throws {
    let device = try TestDevice.make()
    let environment = try EnvironmentRegistry.make(name: "levers", parameters: EnvironmentParameters())
    let architecture = try NetworkArchitecture(
      inputs: environment.observationFeatureCount, actions: environment.actionCount, trunk: [], actor: [], critic: [],
      activation: .relu)
    let examples = try PolicyExamples.record(
      environment: environment, architecture: architecture,
      parameters: OrthogonalInitializer.parameters(ParameterLayout(architecture), seeds: [1]), device: device,
      environments: 2, steps: 2)
    #expect(examples.hiddenStates == nil)
  }
}
