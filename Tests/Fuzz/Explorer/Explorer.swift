import Foundation
import FuzzTargets

// A program whose `main` is libFuzzer's (https://llvm.org/docs/LibFuzzer.html): it feeds one reader of files with whatever it
// comes up with. CROSSPLAY_FUZZ_TARGET names the reader, since all arguments are libFuzzer's.

private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["CROSSPLAY_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let choices = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    FileHandle.standardError.write(
      Data("fuzz: CROSSPLAY_FUZZ_TARGET is \"\(name)\"; expected one of \(choices)\n".utf8))
    exit(2)
  }
  atexit { FuzzTarget.removeFiles() }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput") public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  _ = target.takes(data.map { Data(bytes: $0, count: size) } ?? Data())
  return 0
}
