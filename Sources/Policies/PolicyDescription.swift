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

  /// Forms that are read; a new one comes when a reader has to know.
  public static let versions = 2...3
  /// Of this description: 3 where layers are normalised, which readers of version 2 would pass over, else 2.
  public var version: Int { architecture.layerNorm ? 3 : 2 }

  /// Hidden layers end in the activation, outputs are linear; `y = x W + b` throughout, W (inputs, outputs) row-major.
  /// `ParameterLayout` says how a GRU and a normalisation compute.
  public var architecture: NetworkArchitecture
  public var environment: Environment
  /// A, seats of the game.
  public var agents: Int
  /// Sections in order, covering all features.
  public var observation: [ObservationSection]
  /// One name per action, in the order of the logits.
  public var actionNames: [String]
  public var run: RunConfiguration
  /// Finished updates and env steps of the run when the policy was exported.
  public var update: Int
  public var envSteps: Int
  /// The file that an imported policy's weights come from; nil for those trained here.
  public var importedFrom: String?

  public init(
    architecture: NetworkArchitecture, environment: Environment, agents: Int, observation: [ObservationSection],
    actionNames: [String],
    run: RunConfiguration, update: Int, envSteps: Int, importedFrom: String? = nil
  ) {
    self.architecture = architecture
    self.environment = environment
    self.agents = agents
    self.observation = observation
    self.actionNames = actionNames
    self.run = run
    self.update = update
    self.envSteps = envSteps
    self.importedFrom = importedFrom
  }

  /// Of a policy of `environment`.
  public init(
    _ environment: any Environments.Environment, architecture: NetworkArchitecture, run: RunConfiguration, update: Int,
    envSteps: Int, importedFrom: String? = nil
  ) {
    self.init(
      architecture: architecture, environment: Environment(environment), agents: environment.agentCount,
      observation: environment.observationLayout, actionNames: environment.actionNames, run: run, update: update,
      envSteps: envSteps, importedFrom: importedFrom)
  }

  enum CodingKeys: String, CodingKey {
    case version, architecture, environment, agents, observation, run, update
    case actionNames = "action_names"
    case envSteps = "env_steps"
    case importedFrom = "imported_from"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let version = try container.decode(Int.self, forKey: .version)
    guard Self.versions.contains(version) else {
      throw DecodingError.dataCorruptedError(
        forKey: .version, in: container,
        debugDescription:
          "\(version) is not among the versions \(Self.versions.lowerBound) to \(Self.versions.upperBound) that this program reads; "
          + "export the policy again")
    }
    self.init(
      architecture: try container.decode(NetworkArchitecture.self, forKey: .architecture),
      environment: try container.decode(Environment.self, forKey: .environment),
      agents: try container.decode(Int.self, forKey: .agents),
      observation: try container.decode([ObservationSection].self, forKey: .observation),
      actionNames: try container.decode([String].self, forKey: .actionNames),
      run: try container.decode(RunConfiguration.self, forKey: .run),
      update: try container.decode(Int.self, forKey: .update),
      envSteps: try container.decode(Int.self, forKey: .envSteps),
      importedFrom: try container.decodeIfPresent(String.self, forKey: .importedFrom))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    try container.encode(architecture, forKey: .architecture)
    try container.encode(environment, forKey: .environment)
    try container.encode(agents, forKey: .agents)
    try container.encode(observation, forKey: .observation)
    try container.encode(actionNames, forKey: .actionNames)
    try container.encode(run, forKey: .run)
    try container.encode(update, forKey: .update)
    try container.encode(envSteps, forKey: .envSteps)
    try container.encodeIfPresent(importedFrom, forKey: .importedFrom)
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
