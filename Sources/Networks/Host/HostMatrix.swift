import VulkanCompute

/// Rows of every run of a window in the host's memory.
///
/// Unchecked: an address in a buffer that the recorder keeps alive.
struct HostMatrix<Element>: @unchecked Sendable {
  /// Of run 0 of the window.
  let start: UnsafeMutablePointer<Element>
  /// Elements from one run to the next.
  let stride: Int
  /// Elements from one row to the next.
  let pitch: Int

  /// - Parameter buffer: Whatever type it has, its bytes are elements.
  init(_ buffer: AnyBuffer, pitch: Int) {
    start = buffer.whole.address(of: Element.self)
    stride = buffer.runStrideBytes / MemoryLayout<Element>.stride
    self.pitch = pitch
  }

  func at(_ run: Int, _ row: Int) -> UnsafeMutablePointer<Element> { start + run * stride + row * pitch }
}
