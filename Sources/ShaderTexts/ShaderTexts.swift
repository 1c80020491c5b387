/// The files below `Shaders/` as part of the binary. `files` is written by the plugin EmbedTexts before every build.
public enum ShaderTexts {
  /// By path below `Shaders/`, for example "PPO/compute_gae.comp".
  public static var all: [String: String] { files }
}
