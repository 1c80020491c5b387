import Foundation

/// JSON documents that hold the hash of their own text: `"document_hash" : "…"`, over the text with zeros in its place.
///
/// Finds damage; not a defence against tampering.
package enum SealedJSON {
  /// As many zeros as a hash has digits: a text cannot hold its own hash, so the hash is that of the text with zeros there.
  package static let zeros = String(repeating: "0", count: 32)
  private static let opening = Data("\"document_hash\" : \"".utf8)

  /// The text, which holds `zeros` under the key `document_hash`, with its hash in their place.
  package static func seal(_ text: Data) -> Data {
    guard let place = place(in: text) else { preconditionFailure("a document without a place for its hash") }
    return text.replacing(place, with: Data(hash(of: text).utf8))
  }

  /// Whether the text is as it was sealed; nil where it has no hash.
  package static func isWhole(_ text: Data) -> Bool? {
    guard let place = place(in: text) else { return nil }
    return hash(of: text.replacing(place, with: Data(zeros.utf8))) == String(decoding: text[place], as: UTF8.self)
  }

  private static func place(in text: Data) -> Range<Data.Index>? {
    guard let found = text.range(of: opening), found.upperBound + zeros.utf8.count <= text.endIndex else {
      return nil
    }
    return found.upperBound..<found.upperBound + zeros.utf8.count
  }

  private static func hash(of text: Data) -> String {
    let hash = StreamingHash()
    text.withUnsafeBytes(hash.update)
    return hash.digits
  }
}

extension Data {
  fileprivate func replacing(_ range: Range<Index>, with other: Data) -> Data {
    self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
