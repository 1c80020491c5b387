import Networks
import VulkanCompute

/// Policies that are bound at once, where one binding cannot hold all: windows of the same size, the last of which may
/// overlap the one before.
struct PolicyWindows {
  let policies: Int
  /// Policies of one window.
  let size: Int
  let count: Int

  /// - Parameter limit: The most policies of a window.
  init(policies: Int, limit: Int) {
    self.policies = policies
    size = min(policies, max(1, limit))
    count = (policies + size - 1) / size
  }

  func policies(of window: Int) -> Range<Int> {
    let first = min(window * size, policies - size)
    return first..<first + size
  }

  func window(of policy: Int) -> Int { policy / size }

  /// Parameter sets that one binding can hold; no limit where the host reads them.
  static func limit(_ layout: ParameterLayout, device: Device) -> Int {
    if device.profile.hostComputes { return .max }
    return device.description.bindingBytes(device.profile.loads) / (4 * layout.count)
  }
}
