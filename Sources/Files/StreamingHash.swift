import CXXHash

/// xxHash XXH3 (128 bits) of bytes that arrive in pieces; the same digits as `ContentHash` of all of them together.
///
/// Finds damage and tells weights apart; not a defence against tampering.
public final class StreamingHash {
  private let state: OpaquePointer

  public init() {
    guard let state = XXH3_createState() else { fatalError("out of memory for a hash of 576 bytes") }
    self.state = state
    XXH3_128bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  public func update(_ bytes: UnsafeRawBufferPointer) { XXH3_128bits_update(state, bytes.baseAddress, bytes.count) }

  public func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// 32 hexadecimal digits.
  public var digits: String {
    let hash = XXH3_128bits_digest(state)
    return [hash.high64, hash.low64].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
