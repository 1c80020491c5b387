import Foundation
import PackagePlugin

/// Before every build: writes all files of some folders into one Swift file, `static let files: [String: String]` by path, only
/// if something has changed; binary ones as base64.
@main struct EmbedTexts: BuildToolPlugin {
  /// What a module embeds: the type that gets `files`, and folders in the package.
  private struct Source {
    let type: String
    let folders: [String]
    /// How deep files lie in a folder at least.
    var depth = 1
  }

  private static let sources = [
    "ShaderTexts": Source(type: "ShaderTexts", folders: ["Shaders"], depth: 2),
    "Serve": Source(type: "PageTexts", folders: ["Sources/Serve/Page"]),
    "Doctor": Source(type: "RecordedTexts", folders: ["Sources/Doctor/Recorded", "docs/recordings"]),
  ]

  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    guard let source = Self.sources[target.name] else {
      Diagnostics.error("EmbedTexts does not know what \(target.name) embeds; add it to its sources")
      return []
    }
    let outputs = context.pluginWorkDirectoryURL.appending(path: "Generated")
    let script = """
      set -e
      outputs=$1 new=$2 type=$3 depth=$4
      shift 4
      mkdir -p "$outputs"
      {
        printf 'extension %s {\\n' "$type"
        printf '  static let files: [String: String] = [\\n'
        for folder in "$@"; do
          cd "$folder"
          find . -mindepth "$depth" -name '*.comp' -o -name '*.glsl' -o -name '*.h' -o -name '*.html' -o -name '*.css' \
            -o -name '*.js' -o -name '*.json' -o -name '*.gz' -o -name '*.spv' | LC_ALL=C sort | while read -r file; do
            printf '"%s": ##"\""\\n' "${file#./}"
            case $file in *.gz | *.spv) base64 < "$file" ;; *) cat "$file" ;; esac
            printf '\\n"\""##,\\n'
          done
        done
        printf '  ]\\n}\\n'
      } > "$new"
      if cmp -s "$new" "$outputs/$type+Files.swift"; then rm "$new"; else mv "$new" "$outputs/$type+Files.swift"; fi
      """
    return [
      .prebuildCommand(
        displayName: "Embedding \(source.folders.joined(separator: ", "))",
        executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: [
          "-c", script, "sh", outputs.path, "\(outputs.path).new", source.type, "\(source.depth)",
        ] + source.folders.map { context.package.directoryURL.appending(path: $0).path },
        outputFilesDirectory: outputs)
    ]
  }
}
