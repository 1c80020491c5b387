import Foundation
import PackagePlugin

/// Before every build: writes all files below `Shaders/` into one Swift file, only if something has changed.
@main struct EmbedShaders: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let outputs = context.pluginWorkDirectoryURL.appending(path: "Generated")
    let script = """
      set -e
      mkdir -p "$2"
      cd "$1"
      {
        printf 'extension ShaderTexts {\\n'
        printf '  static let files: [String: String] = [\\n'
        find . -mindepth 2 -name '*.comp' -o -name '*.glsl' -o -name '*.h' | LC_ALL=C sort | while read -r file; do
          printf '"%s": ##"\""\\n' "${file#./}"
          cat "$file"
          printf '\\n"\""##,\\n'
        done
        printf '  ]\\n}\\n'
      } > "$3"
      if cmp -s "$3" "$2/ShaderTexts+Files.swift"; then rm "$3"; else mv "$3" "$2/ShaderTexts+Files.swift"; fi
      """
    return [
      .prebuildCommand(
        displayName: "Embedding the shaders", executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: [
          "-c", script, "sh", context.package.directoryURL.appending(path: "Shaders").path, outputs.path,
          "\(outputs.path).new",
        ], outputFilesDirectory: outputs)
    ]
  }
}
