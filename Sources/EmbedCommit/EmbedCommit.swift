import Foundation
import PackagePlugin

/// Before every build: writes the commit of the checkout into a Swift file, anew only where it has changed.
@main struct EmbedCommit: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let outputs = context.pluginWorkDirectoryURL.appending(path: "Generated")
    let script = """
      set -e
      mkdir -p "$2"
      commit=$(git -C "$1" describe --always --dirty --abbrev=12 2>/dev/null) || commit=unknown
      {
        printf 'extension BuildCommit {\\n'
        printf '  /// As `git describe` names it, "-dirty" behind it where files differed; "unknown" outside of a checkout.\\n'
        printf '  public static var text: String { "%s" }\\n}\\n' "$commit"
      } > "$3"
      if cmp -s "$3" "$2/BuildCommit+Text.swift"; then rm "$3"; else mv "$3" "$2/BuildCommit+Text.swift"; fi
      """
    return [
      .prebuildCommand(
        displayName: "Embedding the commit", executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: ["-c", script, "sh", context.package.directoryURL.path, outputs.path, "\(outputs.path).new"],
        outputFilesDirectory: outputs)
    ]
  }
}
