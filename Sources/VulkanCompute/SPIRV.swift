/// What the engine reads from a SPIR-V module: bindings with their names, push constants, workgroup size, struct offsets.
///
/// Source: SPIR-V specification 1.3, section 3 (binary form).
public struct SPIRV {
  static let magic: UInt32 = 0x0723_0203

  public enum BindingKind: Equatable, Sendable {
    case storageBuffer
    /// `textureBuffer` (vec4 of floats) or `utextureBuffer` (vec4 of unsigned integers).
    case texelFloats, texelUnsigned
  }

  public struct Binding: Sendable {
    public let name: String
    public let number: UInt32
    public let kind: BindingKind
    /// Whether the module may write it: a storage buffer that is not declared `readonly`.
    public let isWritten: Bool
  }

  public struct Member: Equatable, Sendable {
    public let name: String
    public let offset: Int
  }

  public private(set) var bindings: [Binding] = []
  public private(set) var localSize: (x: Int, y: Int, z: Int) = (1, 1, 1)
  /// Bytes of the push constant block; 0 where there is none.
  public private(set) var pushConstantBytes = 0
  /// Places in the module that load or store in a buffer or in shared memory, or fetch a texel. On software devices the
  /// time of the first dispatch grows with the square of their number after unrolling.
  public private(set) var memoryAccessSites = 0
  /// Members of every struct by the struct's name.
  public private(set) var structs: [String: [Member]] = [:]

  private var names: [UInt32: String] = [:]
  private var memberNames: [UInt32: [Int: String]] = [:]
  private var memberOffsets: [UInt32: [Int: Int]] = [:]
  private var types: [UInt32: (opcode: UInt32, operands: [UInt32])] = [:]
  private var arrayStrides: [UInt32: Int] = [:]
  private var constants: [UInt32: UInt32] = [:]

  public init(_ words: [UInt32]) throws {
    guard words.count > 5, words[0] == Self.magic else {
      throw VulkanError(.shaderCompilation, "this is not a SPIR-V module")
    }
    var numbers: [UInt32: UInt32] = [:]
    var nonWritable: Set<UInt32> = []  // variables, and structs of a buffer's one member
    var (memory, chained): (Set<UInt32>, Set<UInt32>) = ([], [])
    var variables: [(id: UInt32, pointer: UInt32, storage: UInt32)] = []
    var position = 5
    while position < words.count {
      let count = Int(words[position] >> 16)
      let opcode = words[position] & 0xFFFF
      guard count > 0, position + count <= words.count else {
        throw VulkanError(.shaderCompilation, "a SPIR-V instruction runs past the end of the module")
      }
      let operands = Array(words[position + 1..<position + count])
      switch opcode {
      case 61 where chained.contains(operands[2]), 62 where chained.contains(operands[0]): memoryAccessSites += 1
      case 65, 66:  // OpAccessChain, into a buffer or shared memory
        if chained.contains(operands[2]) || memory.contains(operands[2]) { chained.insert(operands[1]) }
      case 95: memoryAccessSites += 1  // OpImageFetch
      case 5: names[operands[0]] = Self.string(operands.dropFirst(1))  // OpName
      case 6: memberNames[operands[0], default: [:]][Int(operands[1])] = Self.string(operands.dropFirst(2))
      case 16 where operands[1] == 17:  // OpExecutionMode LocalSize
        localSize = (Int(operands[2]), Int(operands[3]), Int(operands[4]))
      case 19...32: types[operands[0]] = (opcode, Array(operands.dropFirst()))  // OpType…
      case 43: constants[operands[1]] = operands[2]  // OpConstant
      case 59:  // OpVariable
        variables.append((operands[1], operands[0], operands[2]))
        if [2, 4, 12].contains(operands[2]) { memory.insert(operands[1]) }
      case 71 where operands[1] == 33: numbers[operands[0]] = operands[2]  // Binding
      case 71 where operands[1] == 24, 72 where operands[2] == 24: nonWritable.insert(operands[0])  // NonWritable
      case 71 where operands[1] == 6: arrayStrides[operands[0]] = Int(operands[2])
      case 72 where operands[2] == 35: memberOffsets[operands[0], default: [:]][Int(operands[1])] = Int(operands[3])
      default: break
      }
      position += count
    }
    for (id, members) in memberOffsets {
      structs[names[id] ?? "\(id)"] = members.sorted { $0.key < $1.key }.map { index, offset in
        Member(name: memberNames[id]?[index] ?? "\(index)", offset: offset)
      }
    }
    for variable in variables {
      guard let pointee = types[variable.pointer]?.operands.last else { continue }
      if variable.storage == 9 {
        pushConstantBytes = size(of: pointee)
      } else if let number = numbers[variable.id], let kind = kind(of: pointee, storage: variable.storage) {
        let name = kind == .storageBuffer ? memberNames[pointee]?[0] : names[variable.id]
        let isReadOnly = nonWritable.contains(variable.id) || nonWritable.contains(pointee)
        bindings.append(
          Binding(
            name: name ?? "binding \(number)", number: number, kind: kind,
            isWritten: kind == .storageBuffer && !isReadOnly))
      }
    }
    bindings.sort { $0.number < $1.number }
  }

  private func kind(of type: UInt32, storage: UInt32) -> BindingKind? {
    if storage == 12 || storage == 2 { return .storageBuffer }
    guard storage == 0, let image = types[type], image.opcode == 25, let sampled = types[image.operands[0]] else {
      return nil
    }
    return sampled.opcode == 22 ? .texelFloats : .texelUnsigned
  }

  private func size(of type: UInt32) -> Int {
    guard let (opcode, operands) = types[type] else { return 0 }
    switch opcode {
    case 21, 22: return Int(operands[0]) / 8  // integer, float
    case 23: return size(of: operands[0]) * Int(operands[1])  // vector
    case 28: return (arrayStrides[type] ?? size(of: operands[0])) * Int(constants[operands[1]] ?? 0)  // array
    case 30:  // struct
      let offsets = memberOffsets[type] ?? [:]
      return operands.enumerated().map { index, member in (offsets[index] ?? 0) + size(of: member) }.max() ?? 0
    default: return 0
    }
  }

  private static func string(_ words: ArraySlice<UInt32>) -> String {
    words.withUnsafeBytes { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
