// Arrays of other programs: numpy's archives and safetensors give the same numbers, damaged files are named.
import Foundation
import TestSupport
import Testing

@testable import Files

struct ArrayFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Written by numpy 2: `numpy.savez` and `numpy.savez_compressed` of the arrays that the first test names, and an array
  /// of complex numbers.
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  private func problem(_ url: URL) -> String? {
    #expect(throws: FileFailure.self) { try ArrayFile(url) }?.problem
  }

  @Test(arguments: ["stored", "deflated"]) func arraysOfNumpyAreRead(kind: String) throws {
    let file = try ArrayFile(Self.fixtures.appending(path: "\(kind).npz"))
    #expect(
      file.shapes == [
        "params/Dense_0/kernel": [2, 3], "columns": [2, 3], "half": [4], "mask": [2], "scalar": [],
      ])
    #expect(try file.numbers("params/Dense_0/kernel") == [0, 0.25, 0.5, 0.75, 1, 1.25])
    // In the file the first axis changes fastest.
    #expect(try file.numbers("columns") == [1, 2, 3, 4, 5, 6])
    #expect(try file.numbers("half") == [1.5, -0.25, 0x1p-24, 65504])
    #expect(try file.numbers("mask") == [1, 0])
    #expect(try file.numbers("scalar") == [7])
    let failure = #expect(throws: FileFailure.self) { try file.numbers("other") }
    #expect(failure?.problem == "holds no array other")
  }

  @Test func numbersOfEveryTypeBecomeFloats() throws {
    let url = folder.file("arrays.safetensors")
    try SafetensorsWriter.write(
      [
        Tensor("double", shape: [2], [0.1, -2] as [Double]),
        Tensor("float", shape: [1, 2], [3, .infinity] as [Float]),
        Tensor("long", shape: [1], [-5] as [Int64]), Tensor("byte", shape: [2], [0, 255] as [UInt8]),
      ], to: url)
    let file = try ArrayFile(url)
    #expect(file.shapes["float"] == [1, 2])
    #expect(try file.numbers("double") == [0.1, -2])
    #expect(try file.numbers("float") == [3, .infinity])
    #expect(try file.numbers("long") == [-5])
    #expect(try file.numbers("byte") == [0, 255])
    let half = Data([0x00, 0x3c, 0x01, 0x80, 0x00, 0xfc])
    #expect(TensorType.float16.numbers(half) == [1, -0x1p-24, -.infinity])
    #expect(TensorType.bfloat16.numbers(Data([0x80, 0x3f, 0x00, 0xc0])) == [1, -2])
  }

  @Test func whatIsNoArchiveIsNamed() throws {
    let whole = try Data(contentsOf: Self.fixtures.appending(path: "deflated.npz"))
    func refused(_ name: String, _ data: Data) throws -> String? {
      let url = folder.file(name)
      try data.write(to: url)
      return problem(url)
    }
    #expect(try refused("text.npz", Data("weights".utf8)) == "is not a zip archive, or is damaged")
    #expect(try refused("empty.npz", Data()) == "is not a zip archive, or is damaged")
    #expect(try refused("short.npz", whole.dropLast(30)) == "is not a zip archive, or is damaged")
    // One bit of an array.
    var changed = whole
    changed[80] ^= 4
    #expect(try refused("changed.npz", changed)?.hasSuffix("is damaged") == true)
    #expect(try refused("weights.pt", whole)?.hasPrefix("is neither .safetensors nor .npz") == true)
    #expect(problem(folder.file("nowhere.npz")) == "cannot be read")
  }

  @Test func numbersThatAreNotRealAreRefused() throws {
    let file = try ArrayFile(Self.fixtures.appending(path: "complex.npz"))
    let failure = #expect(throws: FileFailure.self) { try file.numbers("complex") }
    #expect(failure?.problem == "complex holds numbers of the type <c16; save it as float32")
  }
}
