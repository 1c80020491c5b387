import Dispatch

/// Steps of the host in pieces, each of them on one thread.
///
/// Pieces are cut by the shape of one run only, so that results depend neither on the number of threads nor on other runs.
public enum HostPieces {
  /// - Parameter operations: Simple operations (multiply-adds) of all pieces; few are done on this thread alone, since
  ///   waking another takes longer.
  public static func perform(_ count: Int, operations: Int, _ piece: @Sendable (Int) -> Void) {
    if operations < 4_000_000 {
      for index in 0..<count { piece(index) }
    } else {
      DispatchQueue.concurrentPerform(iterations: count, execute: piece)
    }
  }

  /// Blocks of rows of several runs: calls `piece` with a run and its rows first ..< end.
  public static func performRows(
    runs: Int, rows: Int, block: Int = 256, operationsPerRow: Int, _ piece: @Sendable (Int, Range<Int>) -> Void
  ) {
    let blocks = (rows + block - 1) / block
    perform(runs * blocks, operations: runs * rows * operationsPerRow) { index in
      let first = index % blocks * block
      piece(index / blocks, first..<min(first + block, rows))
    }
  }
}
