// What results should be, as part of the binary: `files` of RecordedTexts is written by the plugin EmbedTexts before every
// build, from the folder Recorded and from docs/recordings.
import Environments
import Foundation
import Training

enum RecordedTexts {}

/// Results that a device is held against.
package struct Recorded {
  /// By name in `SmallTraining.probed`.
  package var updates: [String: RecordedUpdate]
  /// By name in `SmallTraining.pinned` and who computes, as in "hanabi gru, flat".
  package var pins: [String: PinnedTraining]
  /// Games of reference implementations: files as they are, by name.
  package var games: [String: Data]

  package init(updates: [String: RecordedUpdate], pins: [String: PinnedTraining], games: [String: Data]) {
    (self.updates, self.pins, self.games) = (updates, pins, games)
  }

  /// What this version was built with.
  package static func embedded() throws -> Recorded {
    let decoder = JSONDecoder()
    func file<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value {
      try decoder.decode(type, from: Data((RecordedTexts.files[name] ?? "").utf8))
    }
    let games = RecordedTexts.files.filter { $0.key.hasSuffix(".gz") }
    return Recorded(
      updates: try file("updates.json", [String: RecordedUpdate].self),
      pins: try file("pinned-trainings.json", [String: PinnedTraining].self),
      games: games.compactMapValues { Data(base64Encoded: $0, options: .ignoreUnknownCharacters) })
  }
}

/// What ten updates of a small training came to when they were written down.
package struct PinnedTraining: Codable, Equatable {
  /// Total loss of the first ten updates.
  package var losses: [Float]
  /// Hash of the weights after them, by what rounds: driver, library and instructions.
  package var weights: [String: String]

  package init(losses: [Float], weights: [String: String]) { (self.losses, self.weights) = (losses, weights) }
}

/// An update of a probed training as float64 computes it (the twins of the tests).
package struct RecordedUpdate: Codable, Equatable {
  /// (T, N, A): what the policy draws.
  package var actions: [UInt32]
  /// (T, N, A)
  package var logProbabilities: Floats
  /// (T + 1, N, A)
  package var values: Floats
  /// (T, N, A)
  package var advantages: Floats
  /// (P)
  package var gradient: Floats
  /// (P): what the Adam step adds to the parameters.
  package var step: Floats

  package init(
    actions: [UInt32], logProbabilities: [Double], values: [Double], advantages: [Double], gradient: [Double],
    step: [Double]
  ) {
    self.actions = actions
    self.logProbabilities = Floats(logProbabilities)
    self.values = Floats(values)
    self.advantages = Floats(advantages)
    self.gradient = Floats(gradient)
    self.step = Floats(step)
  }
}

/// Numbers that stand in JSON as base64 of little-endian float32.
package struct Floats: Codable, Equatable {
  package var numbers: [Float]

  package init(_ numbers: [Double]) { self.numbers = numbers.map { Float($0) } }

  package init(from decoder: any Decoder) throws {
    let bytes = [UInt8](try decoder.singleValueContainer().decode(Data.self))
    numbers = stride(from: 0, to: bytes.count / 4 * 4, by: 4).map { place in
      var bits: UInt32 = 0
      for byte in bytes[place..<place + 4].reversed() { bits = bits << 8 | UInt32(byte) }
      return Float(bitPattern: bits)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    var data = Data()
    for number in numbers {
      for byte in 0..<UInt32(4) { data.append(UInt8(truncatingIfNeeded: number.bitPattern >> (8 * byte))) }
    }
    try container.encode(data)
  }
}
