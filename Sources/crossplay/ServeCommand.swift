import ArgumentParser
import Foundation
import Serve

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Opens a local page over folders: trainings as they go on, cross-play matrices, games.",
    discussion: """
      Prints the address to open in a browser. Everything below the folders is shown, and nothing in them is changed. Only \
      this machine can read the page unless --host says otherwise, which needs a --token; there is no encryption. It gives \
      way to trainings on the same machine. Ctrl-C ends it.
      """)

  @Argument(help: ArgumentHelp("Folder with trainings and evaluations below it (default: runs).", valueName: "folder"))
  var folders: [String] = []

  @Option(help: ArgumentHelp("Port, 0 for a free one.", valueName: "number"))
  var port: UInt16 = 8765

  @Option(help: ArgumentHelp("Address to listen at.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(
    help: ArgumentHelp(
      "What readers must know, 16 characters or more of letters, digits, - and _; it is part of the printed address.",
      valueName: "text"))
  var token: String?

  @Option(
    help: ArgumentHelp("Where games that you play in the page are recorded.", valueName: "folder"))
  var games = "played-games"

  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    let places = try (folders.isEmpty ? ["runs"] : folders).map { path in
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
        throw UsageError(
          folders.isEmpty
            ? "there is no folder runs here; name the folder that holds the trainings"
            : "\(path): there is no such folder; name one that holds trainings")
      }
      return URL(fileURLWithPath: path)
    }
    // Trainings on the same machine go first.
    _ = nice(10)
    let options = deviceOptions
    let server = try Server(
      folders: places, playedGames: URL(fileURLWithPath: games), host: host, port: port, token: token
    ) { try options.open(environments: 1) }
    StopRequest.await()
    try Console.print(server.address)
    server.run { StopRequest.isMade }
  }
}
