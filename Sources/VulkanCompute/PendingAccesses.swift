/// What commands read and write that nothing waits for yet: those recorded since the last barrier.
///
/// A command has to wait for these where it reads what one of them writes, or writes what one of them reads or writes. What
/// a kernel writes is said by its declarations (`SPIRV.Binding.isWritten`), where by the windows that it is given.
struct PendingAccesses {
  /// A window that one command uses.
  struct Access {
    let window: BufferWindow
    let isWritten: Bool
  }

  private var byBuffer: [ObjectIdentifier: [Access]] = [:]

  /// Whether a command with these accesses has to wait for one of those that are pending.
  func mustPrecede(_ accesses: [Access]) -> Bool {
    accesses.contains { access in
      byBuffer[ObjectIdentifier(access.window.buffer), default: []].contains { pending in
        (pending.isWritten || access.isWritten) && pending.window.overlaps(access.window)
      }
    }
  }

  mutating func insert(_ accesses: [Access]) {
    for access in accesses {
      let isKnown = byBuffer[ObjectIdentifier(access.window.buffer), default: []].contains { pending in
        pending.isWritten == access.isWritten && pending.window == access.window
      }
      if !isKnown { byBuffer[ObjectIdentifier(access.window.buffer), default: []].append(access) }
    }
  }

  mutating func removeAll() { byBuffer.removeAll(keepingCapacity: true) }
}

extension BufferWindow: Equatable {
  public static func == (a: BufferWindow, b: BufferWindow) -> Bool {
    a.buffer === b.buffer && a.byteOffset == b.byteOffset && a.byteCount == b.byteCount && a.stripes == b.stripes
  }
}
