import Files
// Files appear whole or not at all.
import Foundation
import TestSupport
import Testing

struct AtomicFileTests {
  struct Interruption: Error {}

  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func aFileIsWrittenAndReplaced() throws {
    let url = folder.file("a.txt")
    try AtomicFile.write("first", to: url)
    try AtomicFile.write("second", to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == "second")
    #expect(try folder.contents() == ["a.txt"])
  }

  @Test func aFailureHalfwayLeavesTheOldFileAndNoRemains() throws {
    let url = folder.file("a.txt")
    try AtomicFile.write("old", to: url)
    #expect(throws: Interruption.self) {
      try AtomicFile.write(to: url) { file in
        try file.append(Data("half".utf8))
        throw Interruption()
      }
    }
    #expect(try String(contentsOf: url, encoding: .utf8) == "old")
    #expect(try folder.contents() == ["a.txt"])
  }

  /// What a killed process left under a temporary name goes when the folder is used again; what is being written stays.
  @Test func leftoversOfKilledProcessesAreRemoved() throws {
    let name = { ".a.txt.\(UUID().uuidString).temporary" }
    try Data("half".utf8).write(to: folder.file(name()))
    try FileManager.default.createDirectory(at: folder.file(name()), withIntermediateDirectories: false)
    try Data("mine".utf8).write(to: folder.file(".notes.temporary.txt"))
    try AtomicFile.write(to: folder.file("b.txt")) { file in
      try file.append(Data("whole".utf8))
      try Folder.make(folder.url)
    }
    #expect(try folder.contents() == [".notes.temporary.txt", "b.txt"])
    #expect(try String(contentsOf: folder.file("b.txt"), encoding: .utf8) == "whole")
  }

  @Test func aFolderThatDoesNotExistIsNamed() {
    let url = folder.file("missing/a.txt")
    let failure = #expect(throws: FileFailure.self) { try AtomicFile.write("x", to: url) }
    #expect(failure?.description.contains("missing") == true)
    #expect(failure?.description.contains("No such file or directory") == true)
  }

  @Test func aFolderInTheWayIsKept() throws {
    let url = folder.file("a")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    #expect(throws: FileFailure.self) { try AtomicFile.write("x", to: url) }
    #expect(try folder.contents() == ["a"])
  }
}
