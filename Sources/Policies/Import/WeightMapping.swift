import Files
import Foundation
import Networks
import Yams

/// Where the tensors of a network stand in a file that another program wrote.
public struct WeightMapping: Sendable, Hashable, Decodable {
  /// A part of a tensor: an array of the file, or some of its outputs.
  public struct Piece: Sendable, Hashable, Decodable {
    /// An array's name; with `isPath` the end of a path such as `params/Dense_0/kernel`.
    public var array: String
    /// Another array of the same shape, which is added.
    public var plus: String?
    /// Whether the array has outputs before inputs, as PyTorch's layers do.
    public var transpose = false
    /// The first of the outputs that belong here, and the one behind the last; nil for all.
    public var outputs: [Int]?

    enum CodingKeys: String, CodingKey, CaseIterable { case array, plus, transpose, outputs }

    init(_ array: String) { self.array = array }

    public init(from decoder: any Decoder) throws {
      if let name = try? decoder.singleValueContainer().decode(String.self) {
        self.init(name)
        return
      }
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self.init(try container.decode(String.self, forKey: .array))
      plus = try container.decodeIfPresent(String.self, forKey: .plus)
      transpose = try container.decodeIfPresent(Bool.self, forKey: .transpose) ?? false
      outputs = try container.decodeIfPresent([Int].self, forKey: .outputs)
      if let outputs, outputs.count != 2 || outputs[0] < 0 || outputs[0] >= outputs[1] {
        throw DecodingError.dataCorruptedError(
          forKey: .outputs, in: container, debugDescription: "\(outputs) is not [first, behind the last]")
      }
    }
  }

  /// By the names of `ParameterLayout.tensorShapes`: the pieces that are joined along the outputs.
  public let pieces: [String: [Piece]]
  /// Whether names are ends of paths with `/`, `,` or `.` between their parts.
  let namesPaths: Bool

  private struct Pieces: Decodable {
    let pieces: [Piece]

    init(from decoder: any Decoder) throws {
      pieces = try (try? [Piece](from: decoder)) ?? [Piece(from: decoder)]
    }
  }

  public init(from decoder: any Decoder) throws {
    pieces = try [String: Pieces](from: decoder).mapValues(\.pieces)
    namesPaths = false
  }

  /// Reads a mapping in YAML: `trunk.0.weight: {array: encoder.weight, transpose: true}`, one line per tensor.
  /// - Throws: `FileFailure`
  public init(contentsOf url: URL) throws {
    guard let data = FileManager.default.contents(atPath: url.path) else {
      throw FileFailure(url.path, "cannot be read; expected jaxmarl or a mapping of names in YAML")
    }
    do {
      self = try YAMLDecoder().decode(WeightMapping.self, from: String(decoding: data, as: UTF8.self))
    } catch let error as DecodingError {
      throw FileFailure(url.path, "is not a mapping of names: \(DecodingProblem.text(error))")
    } catch {
      throw FileFailure(url.path, "is not a mapping of names: it is not valid YAML")
    }
  }

  /// The names of JaxMARL's baselines, as flax gives them: dense layers are counted through trunk, actor and critic, the
  /// cell of the GRU has one layer per gate, normalisations are counted apart.
  public init(jaxMARL architecture: NetworkArchitecture) {
    var pieces: [String: [Piece]] = [:]
    var (count, normalisations) = (0, 0)
    func gates(_ names: [String], _ kind: String) -> [Piece] { names.map { Piece("GRUCell_0/\($0)/\(kind)") } }
    for layer in ParameterLayout(architecture).layers {
      let (weight, bias) = (layer.weightName, layer.biasName)
      switch layer.kind {
      case .dense:
        pieces[weight] = [Piece("Dense_\(count)/kernel")]
        pieces[bias] = [Piece("Dense_\(count)/bias")]
        count += 1
      case .normalisation:
        pieces[weight] = [Piece("LayerNorm_\(normalisations)/scale")]
        pieces[bias] = [Piece("LayerNorm_\(normalisations)/bias")]
        normalisations += 1
      case .gruInput:
        pieces[weight] = gates(["ir", "iz", "in"], "kernel")
        pieces[bias] = gates(["ir", "iz", "in"], "bias")
      case .gruHidden:
        pieces[weight] = gates(["hr", "hz", "hn"], "kernel")
        pieces[bias] = gates(["hn"], "bias")
      }
    }
    self.pieces = pieces
    namesPaths = true
  }
}
