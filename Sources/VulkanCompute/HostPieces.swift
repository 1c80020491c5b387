import CHostSupport

/// Steps of the host in pieces, each of them on one thread.
///
/// Pieces are cut by the shape of one run only, so that results depend neither on the number of threads nor on other runs.
public enum HostPieces {
  /// Multiply-adds that one thread does in about the 5 us that waking another takes (decision 24).
  private static let fewOperations = 400_000

  /// - Parameter operations: Simple operations (multiply-adds) of all pieces; few are done on this thread alone, since
  ///   waking another takes longer. Many where it is left out.
  public static func perform(_ count: Int, operations: Int = .max, _ piece: @Sendable (Int) -> Void) {
    guard count > 1, operations >= fewOperations else {
      for index in 0..<count { piece(index) }
      return
    }
    withoutActuallyEscaping(piece) { piece in
      withUnsafePointer(to: Box(piece: piece)) { box in
        host_perform(
          UInt32(count), { context, index in context?.assumingMemoryBound(to: Box.self).pointee.piece(Int(index)) },
          UnsafeMutableRawPointer(mutating: box))
      }
    }
  }

  private struct Box {
    let piece: @Sendable (Int) -> Void
  }
}
