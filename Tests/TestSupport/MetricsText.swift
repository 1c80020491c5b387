import Foundation

extension String {
  /// Lines of metrics without what depends on the clock.
  public var withoutTimes: String { replacing(/"(seconds|env_steps_per_second)":[-0-9.e+]+,/, with: "") }
}

/// The bytes of a file of a training; those of metrics without what depends on the clock.
public func comparableBytes(_ file: URL) throws -> Data {
  let data = try Data(contentsOf: file)
  return file.pathExtension == "jsonl" ? Data(String(decoding: data, as: UTF8.self).withoutTimes.utf8) : data
}
