import Configuration
import Environments
import Networks
import Training

/// What must be known to use an exported policy: the JSON in a policy file's metadata and in `policy.json`.
public struct PolicyDescription: Sendable, Hashable, Codable {
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

  /// Hidden layers end in the activation, outputs are linear; `y = x W + b` throughout, W (inputs, outputs) row-major.
  /// `ParameterLayout` says how a GRU computes.
  public var architecture: NetworkArchitecture
  public var environment: Environment
  public var observation: [ObservationSection]
  /// One name per action, in the order of the logits.
  public var actionNames: [String]
  public var run: RunConfiguration
  /// Finished updates and env steps of the run when the policy was exported.
  public var update: Int
  public var envSteps: Int

  public init(
    architecture: NetworkArchitecture, environment: Environment, observation: [ObservationSection],
    actionNames: [String],
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

extension PolicyDescription.Environment {
  public init(_ environment: any Environment) {
    self.init(
      name: environment.name, version: type(of: environment).version, parameters: environment.parametersDescription)
  }
}

extension Environment {
  /// One name per action, in the order of the logits.
  public var actionNames: [String] { (0..<actionCount).map { actionName($0) } }
}
