/// The commit that was built. `text` is a file of its own, which the plugin EmbedCommit writes before every build.
public enum BuildCommit {}
