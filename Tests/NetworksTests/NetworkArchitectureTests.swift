import Foundation
import Testing

@testable import Networks

@Suite struct NetworkArchitectureTests {
  @Test func gainsFollowTheTrunk() throws {
    let shared = try PolicyNetworkTests.shared().gains
    #expect(shared == .init(trunk: 2.0.squareRoot(), hidden: 2, policyOutput: 0.01, valueOutput: 1))
    #expect(try PolicyNetworkTests.separate().gains.hidden == 2.0.squareRoot())
  }

  @Test func survivesJSON() throws {
    for architecture in try PolicyNetworkTests.architectures() + [RecurrentNetworkTests.withTrunk()] {
      let data = try JSONEncoder().encode(architecture)
      #expect(try JSONDecoder().decode(NetworkArchitecture.self, from: data) == architecture)
    }
  }

  @Test func decodingChecksWhatItReads() {
    let text = #"{"inputs":8,"actions":2,"trunk":[0],"actor":[],"critic":[],"activation":"relu"}"#
    #expect(
      throws: NetworkArchitecture.Invalid(description: "network.trunk = [0]; expected widths from 1 to 8192, found 0")
    ) {
      try JSONDecoder().decode(NetworkArchitecture.self, from: Data(text.utf8))
    }
  }

  @Test(arguments: [0, 1025]) func refusesRecurrentLayersWithoutAWidth(width: Int) {
    #expect(
      throws: NetworkArchitecture.Invalid(description: "network.gru = \(width); expected a width from 1 to 1024")
    ) {
      try NetworkArchitecture(
        inputs: 8, actions: 2, trunk: [], gru: width, actor: [], critic: [], activation: .tanh)
    }
  }

  @Test func refusesWhatCannotBeBuilt() {
    func invalid(
      _ description: String, inputs: Int = 8, actions: Int = 2, actor: [Int] = [],
      gains: NetworkArchitecture.InitializerGains? = nil
    ) {
      #expect(throws: NetworkArchitecture.Invalid(description: description)) {
        try NetworkArchitecture(
          inputs: inputs, actions: actions, trunk: [], actor: actor, critic: [], activation: .tanh, gains: gains)
      }
    }
    invalid("the network has 0 inputs; expected 1 to 65536", inputs: 0)
    invalid("the network has 5000 actions; expected 1 to 4096", actions: 5000)
    invalid("network.actor = [64, -1]; expected widths from 1 to 8192, found -1", actor: [64, -1])
    invalid(
      "network.actor has 17 hidden layers; expected at most 16", actor: [Int](repeating: 8, count: 17))
    var gains = NetworkArchitecture.InitializerGains.standard(sharedTrunk: false)
    gains.policyOutput = -.infinity
    invalid("network.gains.policyOutput = -inf; expected a finite number, 0 or more", gains: gains)
  }
}
