// `fuzz TARGET [OPTION OF LIBFUZZER OR FOLDER]...`: feeds one reader of files with whatever libFuzzer comes up with.
import CLibFuzzer
import Foundation
import FuzzTargets

let choices = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
  FileHandle.standardError.write(Data("usage: fuzz TARGET [OPTION OR FOLDER]...; targets: \(choices)\n".utf8))
  exit(2)
}
nonisolated(unsafe) let chosen = target

/// libFuzzer's own `main`, which SwiftPM puts ours in place of, asks for this name.
@_cdecl("LLVMFuzzerTestOneInput") public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  _ = chosen.takes(data.map { Data(bytes: $0, count: size) } ?? Data())
  return 0
}

let rest = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = .allocate(capacity: rest.count + 1)
for (index, argument) in rest.enumerated() { arguments?[index] = strdup(argument) }
arguments?[rest.count] = nil
var count = Int32(rest.count)
let status = LLVMFuzzerRunDriver(&count, &arguments, testOneInput)
FuzzTarget.removeFiles()
exit(status)
