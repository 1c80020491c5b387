import Foundation
import PackagePlugin

/// Before every build: writes all files of a folder into one Swift file, `static let files: [String: String]` by path, only if
/// something has changed. For `ShaderTexts` the folder is `Shaders/`, for any other module the folder `Page/` in its own.
@main struct EmbedTexts: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let outputs = context.pluginWorkDirectoryURL.appending(path: "Generated")
    let isShaders = target.name == "ShaderTexts"
    let type = isShaders ? "ShaderTexts" : "PageTexts"
    let folder =
      isShaders
      ? context.package.directoryURL.appending(path: "Shaders").path
      : context.package.directoryURL.appending(path: "Sources/\(target.name)/Page").path
    let script = """
      set -e
      mkdir -p "$2"
      cd "$1"
      {
        printf 'extension %s {\\n' "$4"
        printf '  static let files: [String: String] = [\\n'
        find . "$5" "$6" -name '*.comp' -o -name '*.glsl' -o -name '*.h' -o -name '*.html' -o -name '*.css' -o -name '*.js' \
          | LC_ALL=C sort | while read -r file; do
          printf '"%s": ##"\""\\n' "${file#./}"
          cat "$file"
          printf '\\n"\""##,\\n'
        done
        printf '  ]\\n}\\n'
      } > "$3"
      if cmp -s "$3" "$2/$4+Files.swift"; then rm "$3"; else mv "$3" "$2/$4+Files.swift"; fi
      """
    return [
      .prebuildCommand(
        displayName: isShaders ? "Embedding the shaders" : "Embedding the page",
        executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: [
          "-c", script, "sh", folder, outputs.path, "\(outputs.path).new", type, "-mindepth", isShaders ? "2" : "1",
        ], outputFilesDirectory: outputs)
    ]
  }
}
