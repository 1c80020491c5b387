import Files
import Foundation
import Networks

/// Makes policies of weights that another program trained.
public enum PolicyImport {
  /// The tensors of an architecture from a file, and the arrays of the file that none of them needs, in order.
  ///
  /// - Throws: `FileFailure` that names an array which is missing, ambiguous or of the wrong shape; where the mapping is
  ///   that of a whole network, also for arrays that have no place in this one.
  public static func parameters(
    of architecture: NetworkArchitecture, from file: ArrayFile, mapping: WeightMapping
  ) throws -> (parameters: [NamedTensor], unused: [String]) {
    let expected = ParameterLayout(architecture).tensorShapes
    if let unknown = mapping.pieces.keys.sorted().first(where: { name in !expected.contains { $0.name == name } }) {
      throw FileFailure(
        file.path, "the mapping names \(unknown), and the network has \(expected.map(\.name).joined(separator: ", "))")
    }
    var reader = Reader(file: file, namesPaths: mapping.namesPaths)
    let parameters = try expected.map { name, shape in
      guard let pieces = mapping.pieces[name], !pieces.isEmpty else {
        throw FileFailure(file.path, "the mapping does not say where \(name) \(shape) is")
      }
      return try reader.tensor(name, shape, pieces)
    }
    let unused = Set(file.shapes.keys).subtracting(reader.used).sorted()
    if mapping.namesPaths, let surplus = unused.first {
      throw FileFailure(
        file.path,
        "\(surplus) \(file.shapes[surplus] ?? []) has no place in the network; give it the layers that were trained")
    }
    return (parameters, unused)
  }

  /// The policy that the tensors are.
  /// - Throws: `FileFailure` where a number is not finite.
  public static func policy(
    _ description: PolicyDescription, parameters: [NamedTensor], from url: URL
  ) throws -> Policy {
    do {
      return try Policy(description, parameters: parameters)
    } catch let invalid as Policy.Invalid {
      throw FileFailure(url.path, invalid.description)
    }
  }

  /// Puts tensors together from pieces, and remembers what it has used.
  private struct Reader {
    let file: ArrayFile
    let namesPaths: Bool
    private(set) var used: Set<String> = []

    init(file: ArrayFile, namesPaths: Bool) {
      self.file = file
      self.namesPaths = namesPaths
    }

    mutating func tensor(_ name: String, _ shape: [Int], _ pieces: [WeightMapping.Piece]) throws -> NamedTensor {
      let parts = try pieces.map { try part($0) }
      // What a matrix has beside its outputs, (inputs); nothing for a bias.
      let inputs = shape.dropLast()
      let outputs = parts.reduce(0) { $0 + ($1.shape.last ?? 0) }
      let wrong = parts.first { $0.shape.dropLast() != inputs || $0.shape.count != shape.count }
      if let wrong = wrong ?? (outputs == shape[shape.count - 1] ? nil : parts[0]) {
        let joined = parts.count == 1 ? "" : ", \(parts.count) pieces with \(outputs) outputs in all"
        throw FileFailure(file.path, "\(wrong.name) has the shape \(wrong.shape)\(joined); \(name) needs \(shape)")
      }
      let rows = inputs.first ?? 1
      let values = (0..<rows).flatMap { row in
        parts.flatMap { part in
          let width = part.shape[part.shape.count - 1]
          return part.values[row * width..<(row + 1) * width]
        }
      }
      return NamedTensor(name: name, shape: shape, values: values)
    }

    /// One piece as (inputs, outputs) or (outputs).
    private mutating func part(_ piece: WeightMapping.Piece) throws -> NamedTensor {
      var tensor = try array(piece.array)
      if let plus = piece.plus {
        let other = try array(plus)
        guard other.shape == tensor.shape else {
          throw FileFailure(
            file.path, "\(other.name) has the shape \(other.shape) and is to be added to \(tensor.name) \(tensor.shape)"
          )
        }
        tensor = NamedTensor(
          name: tensor.name, shape: tensor.shape, values: zip(tensor.values, other.values).map { $0 + $1 })
      }
      if piece.transpose {
        guard tensor.shape.count == 2 else {
          throw FileFailure(file.path, "\(tensor.name) has the shape \(tensor.shape); only matrices can be transposed")
        }
        let (rows, columns) = (tensor.shape[0], tensor.shape[1])
        tensor = NamedTensor(
          name: tensor.name, shape: [columns, rows],
          values: (0..<columns).flatMap { column in (0..<rows).map { tensor.values[$0 * columns + column] } })
      }
      guard let range = piece.outputs else { return tensor }
      guard let width = tensor.shape.last, range[1] <= width else {
        throw FileFailure(file.path, "\(tensor.name) has the shape \(tensor.shape); it has no outputs \(range)")
      }
      let rows = tensor.shape.dropLast().reduce(1, *)
      return NamedTensor(
        name: tensor.name, shape: tensor.shape.dropLast() + [range[1] - range[0]],
        values: (0..<rows).flatMap { tensor.values[$0 * width + range[0]..<$0 * width + range[1]] })
    }

    private mutating func array(_ name: String) throws -> NamedTensor {
      let found = file.shapes.keys.filter { namesPaths ? Self.ends($0, in: name) : $0 == name }.sorted()
      guard let key = found.first else {
        throw FileFailure(file.path, "holds no \(name); it has \(file.shapes.keys.sorted().joined(separator: " "))")
      }
      guard found.count == 1 else {
        throw FileFailure(
          file.path, "holds several \(name): \(found.joined(separator: " ")); give a mapping that says which")
      }
      used.insert(key)
      return NamedTensor(name: key, shape: file.shapes[key] ?? [], values: try file.numbers(key))
    }

    /// `params,Dense_0,kernel` ends in `Dense_0/kernel`.
    private static func ends(_ path: String, in name: String) -> Bool {
      let parts = path.split { "/,.".contains($0) }
      let end = name.split(separator: "/")
      return parts.suffix(end.count).elementsEqual(end)
    }
  }
}
