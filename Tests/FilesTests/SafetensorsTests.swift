// The safetensors format: what is written reads back, what is damaged is refused with the file's name.
import Foundation
import TestSupport
import Testing
import VulkanCompute

@testable import Files

struct SafetensorsTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.file("state.safetensors")
  }

  /// A file with the given header text and data.
  func write(header: String, data: [UInt8], length: UInt64? = nil) throws {
    var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
    bytes.append(Data(header.utf8))
    bytes.append(Data(data))
    try bytes.write(to: url)
  }

  /// The message with which the file is refused, without its path.
  func problem() -> String? {
    do {
      _ = try SafetensorsFile(url)
      return nil
    } catch let failure as FileFailure {
      #expect(failure.path == url.path)
      #expect(failure.description.hasPrefix(url.path))
      return failure.problem
    } catch {
      return "another error: \(error)"
    }
  }

  @Test func tensorsOfEveryTypeReadBack() throws {
    try SafetensorsWriter.write(
      [
        Tensor("floats", shape: [2, 3], [1, 2, 3, -4.5, .pi, 1e-30] as [Float]),
        Tensor("words", shape: [2], [0, .max] as [UInt32]), Tensor("integers", shape: [1, 1], [-7] as [Int32]),
        Tensor("long", shape: [2], [.min, .max] as [Int64]), Tensor("seeds", shape: [1], [.max] as [UInt64]),
        Tensor("bytes", shape: [3], [0, 128, 255] as [UInt8]), Tensor("double", shape: [], [0.1]),
        Tensor("nothing", shape: [0, 5], [] as [Float]),
      ],
      metadata: ["name": "a \"quoted\" / text", "unicode": "γ"], to: url)
    let file = try SafetensorsFile(url)
    #expect(file.metadata == ["name": "a \"quoted\" / text", "unicode": "γ"])
    #expect(try file.read("floats") == [1, 2, 3, -4.5, Float.pi, 1e-30])
    #expect(try file.read("floats", shape: [2, 3]) == [1, 2, 3, -4.5, Float.pi, 1e-30])
    #expect(try file.read("floats", as: Float.self, in: 3..<5) == [-4.5, .pi])
    #expect(try file.read("words") == [0, UInt32.max])
    #expect(try file.read("integers") == [Int32(-7)])
    #expect(try file.read("long") == [Int64.min, .max])
    #expect(try file.read("seeds") == [UInt64.max])
    #expect(try file.read("bytes") == [0, 128, UInt8(255)])
    #expect(try file.read("double") == [0.1])
    #expect(try file.read("nothing") == [Float]())
    #expect(file.entries["floats"]?.shape == [2, 3])
  }

  @Test func dataStartsAtAMultipleOfEight() throws {
    for name in ["a", "ab", "abc", "abcdefgh"] {
      try SafetensorsWriter.write([Tensor(name, shape: [1], [1] as [Float])], to: url)
      let count = try Data(contentsOf: url).count
      #expect((count - 4).isMultiple(of: 8))
    }
  }

  @Test func piecesEqualTheWhole() throws {
    let values = (0..<1000).map { Float($0) }
    let whole = try SafetensorsWriter.write([Tensor("x", shape: [10, 100], values)], to: url)
    let first = try Data(contentsOf: url)
    let pieces = Tensor("x", shape: [10, 100], pieces: 10) { Array(values[$0 * 100..<$0 * 100 + 100]) }
    #expect(try SafetensorsWriter.write([pieces], to: url) == whole)
    #expect(try Data(contentsOf: url) == first)
    #expect(try SafetensorsFile(url).contentHash() == whole)
    #expect(ContentHash(of: Array(first)).description == whole)
  }

  @Test func sameTensorsGiveTheSameBytes() throws {
    let tensors = (0..<20).map { Tensor("t\($0)", shape: [1], [Float($0)]) }
    let metadata = Dictionary(uniqueKeysWithValues: (0..<20).map { ("k\($0)", "v") })
    let hashes = try (0..<5).map { _ in try SafetensorsWriter.write(tensors, metadata: metadata, to: url) }
    #expect(Set(hashes).count == 1)
  }

  @Test func theExampleOfTheFormatsDocumentationIsRead() throws {
    try write(
      header: #"{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}"#, data: .init(repeating: 0, count: 16))
    #expect(try SafetensorsFile(url).read("test", shape: [2, 2]) == [Int32](repeating: 0, count: 4))
  }

  @Test func everyTruncationIsRefused() throws {
    try SafetensorsWriter.write([Tensor("weights", shape: [5], [1, 2, 3, 4, 5] as [Float])], to: url)
    let whole = try Data(contentsOf: url)
    for length in 0..<whole.count {
      try whole.prefix(length).write(to: url)
      #expect(problem()?.contains("cut short") == true, "\(length) of \(whole.count) bytes: \(problem() ?? "accepted")")
    }
  }

  @Test func damagedHeadersAreRefused() throws {
    let one = #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    let cases: [(header: String, count: Int, problem: String)] = [
      ("[]", 0, "is not a safetensors file: its header is not JSON of the right form"),
      ("{", 0, "is not a safetensors file: its header is not JSON of the right form"),
      (#"{"a":1}"#, 0, "is not a safetensors file: its header is not JSON of the right form"),
      (#"{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}"#, 4, "tensor a has the unknown type F31"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "tensor a has 4 bytes; its shape [2] needs 8"),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4,
        "tensor a has impossible offsets [4, 0] or shape"
      ),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "tensor a has impossible offsets [0] or shape"),
      (
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4,
        "tensor a has impossible offsets [0, 4] or shape"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4,
        "tensor a has impossible offsets [0, 4] or shape"
      ),
      ("{\(one),\(one.replacing("\"a\"", with: "\"b\""))}", 4, "tensor b overlaps the one before it"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "tensor a leaves a gap before it"),
      ("{\(one)}", 7, "has 3 bytes that belong to no tensor"),
      ("{\(one)}", 3, "is cut short: tensor a ends at byte 4 of the data, which has 3"),
    ]
    for (header, count, expected) in cases {
      try write(header: header, data: [UInt8](repeating: 0, count: count))
      let found = problem()
      // Which of two tensors with equal places is named first is not defined.
      #expect(found?.replacing("tensor a overlaps", with: "tensor b overlaps") == expected)
    }
  }

  @Test func absurdHeaderLengthsAreRefused() throws {
    try write(header: "{}", data: [], length: .max)
    #expect(problem()?.hasPrefix("is not a safetensors file: its header would be 18446744073709551615 bytes") == true)
    try write(header: "{}", data: [], length: 1000)
    #expect(problem() == "is cut short: the header has 1000 bytes, the file only 10")
  }

  @Test func readingTheWrongTensorNamesIt() throws {
    try SafetensorsWriter.write([Tensor("a", shape: [2], [1, 2] as [Float])], to: url)
    let file = try SafetensorsFile(url)
    let absent = #expect(throws: FileFailure.self) { try file.read("b", as: Float.self) }
    #expect(absent?.problem == "holds no tensor b")
    let type = #expect(throws: FileFailure.self) { try file.read("a", as: UInt32.self) }
    #expect(type?.problem == "tensor a is F32; expected U32")
    let shape = #expect(throws: FileFailure.self) { try file.read("a", as: Float.self, shape: [1, 2]) }
    #expect(shape?.problem == "tensor a has the shape [2]; expected [1, 2]")
  }

  @Test func aMissingFileIsNamed() {
    #expect(problem() == "cannot be opened")
  }

  @Test func aTensorThatGivesTooFewBytesLeavesTheOldFile() throws {
    try SafetensorsWriter.write([Tensor("a", shape: [1], [1] as [Float])], to: url)
    let before = try Data(contentsOf: url)
    let short = Tensor("a", shape: [4], pieces: 1) { _ in [Float(1)] }
    #expect(throws: FileFailure.self) { try SafetensorsWriter.write([short], to: url) }
    #expect(try Data(contentsOf: url) == before)
    #expect(try folder.contents() == ["state.safetensors"])
  }
}
