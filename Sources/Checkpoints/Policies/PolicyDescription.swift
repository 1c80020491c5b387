import Environments
import Training

/// What must be known to use an exported policy: the JSON in a policy file's metadata and in `policy.json`.
public struct PolicyDescription: Sendable, Hashable, Codable {
  /// The layers; hidden layers end in `activation`, outputs are linear. `y = x W + b` throughout.
  public struct Architecture: Sendable, Hashable, Codable {
    /// D, observation features.
    public var inputs: Int
    /// K, actions.
    public var actions: Int
    /// Widths shared by actor and critic; empty for separate networks.
    public var trunk: [Int]
    public var actor: [Int]
    public var critic: [Int]
    /// `relu` or `tanh`.
    public var activation: String

    public init(inputs: Int, actions: Int, trunk: [Int], actor: [Int], critic: [Int], activation: String) {
      self.inputs = inputs
      self.actions = actions
      self.trunk = trunk
      self.actor = actor
      self.critic = critic
      self.activation = activation
    }

    /// Names and shapes of all tensors, in the order of the file: weights are (inputs, outputs), row-major.
    public var tensors: [(name: String, shape: [Int])] {
      var tensors: [(name: String, shape: [Int])] = []
      func layers(_ name: String, from inputs: Int, widths: [Int], output: Int? = nil) {
        var inputs = inputs
        func layer(_ name: String, _ outputs: Int) {
          tensors.append(("\(name).weight", [inputs, outputs]))
          tensors.append(("\(name).bias", [outputs]))
          inputs = outputs
        }
        for (i, width) in widths.enumerated() { layer("\(name).\(i)", width) }
        if let output { layer("\(name).output", output) }
      }
      layers("trunk", from: inputs, widths: trunk)
      layers("actor", from: trunk.last ?? inputs, widths: actor, output: actions)
      layers("critic", from: trunk.last ?? inputs, widths: critic, output: 1)
      return tensors
    }
  }

  public struct Environment: Sendable, Hashable, Codable {
    public var name: String
    public var version: Int
    /// All of them, resolved.
    public var parameters: [String: ParameterValue]

    public init(name: String, version: Int, parameters: [String: ParameterValue]) {
      self.name = name
      self.version = version
      self.parameters = parameters
    }
  }

  /// A stretch of the observation vector.
  public struct ObservationSection: Sendable, Hashable, Codable {
    public var name: String
    public var offset: Int
    public var count: Int
    public var encoding: String

    public init(name: String, offset: Int, count: Int, encoding: String) {
      self.name = name
      self.offset = offset
      self.count = count
      self.encoding = encoding
    }
  }

  public var architecture: Architecture
  public var environment: Environment
  public var observation: [ObservationSection]
  /// One name per action, in the order of the logits.
  public var actionNames: [String]
  public var run: RunConfiguration
  /// Finished updates and env steps of the run when the policy was exported.
  public var update: Int
  public var envSteps: Int

  public init(
    architecture: Architecture, environment: Environment, observation: [ObservationSection], actionNames: [String],
    run: RunConfiguration, update: Int, envSteps: Int
  ) {
    self.architecture = architecture
    self.environment = environment
    self.observation = observation
    self.actionNames = actionNames
    self.run = run
    self.update = update
    self.envSteps = envSteps
  }

  enum CodingKeys: String, CodingKey {
    case architecture, environment, observation, run, update
    case actionNames = "action_names"
    case envSteps = "env_steps"
  }
}
