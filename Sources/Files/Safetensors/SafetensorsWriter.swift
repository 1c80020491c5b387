import Foundation

/// Writes the safetensors format: 8 bytes with the header's length, the header in JSON, then the tensors' bytes.
public enum SafetensorsWriter {
  /// Writes all tensors in the given order; the file appears whole or not at all.
  /// - Returns: the content hash of the file.
  @discardableResult
  public static func write(_ tensors: [Tensor], metadata: [String: String] = [:], to url: URL) throws -> String {
    let hash = StreamingHash()
    try AtomicFile.write(to: url) { file in
      func append(_ bytes: UnsafeRawBufferPointer) throws {
        hash.update(bytes)
        try file.append(bytes)
      }
      try header(tensors, metadata).withUnsafeBytes(append)
      for tensor in tensors {
        let start = file.length
        try tensor.pieces(append)
        guard file.length - start == tensor.byteCount else {
          throw FileFailure(
            url.path, "tensor \(tensor.name) gave \(file.length - start) bytes; its shape needs \(tensor.byteCount)")
        }
      }
    }
    return hash.digits
  }

  /// Length and JSON, padded with spaces so that the tensors start at a multiple of 8.
  private static func header(_ tensors: [Tensor], _ metadata: [String: String]) throws -> Data {
    var entries: [String: HeaderEntry] = [:]
    var offset = 0
    for tensor in tensors {
      precondition(entries[tensor.name] == nil, "two tensors are called \(tensor.name)")
      let end = offset + tensor.byteCount
      entries[tensor.name] = HeaderEntry(dtype: tensor.type.rawValue, shape: tensor.shape, dataOffsets: [offset, end])
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = try encoder.encode(SafetensorsHeader(metadata: metadata, entries: entries))
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json
  }
}
