import Foundation

/// A graphics processor that the system has and Vulkan does not offer: mostly a container without the Vulkan part of a
/// driver, or a user who may not open the device's file.
public enum HiddenGraphics {
  /// What the user should know where Vulkan offers CPU devices alone; nil where the system shows no graphics processor, or
  /// where the environment chooses the driver.
  ///
  /// - Parameter kinds: Of the devices that Vulkan offers.
  public static func remark(offered kinds: [DeviceDescription.Kind]) -> String? {
    remark(
      offered: kinds, files: { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] },
      environment: ProcessInfo.processInfo.environment)
  }

  /// - Parameter files: Names of what a folder holds.
  static func remark(
    offered kinds: [DeviceDescription.Kind], files: (String) -> [String], environment: [String: String]
  ) -> String? {
    guard !kinds.isEmpty, kinds.allSatisfy({ $0 == .cpu }), !choosesDriver(environment) else { return nil }
    func first(_ folder: String, _ prefix: String) -> String? {
      let found = files(folder).filter { name in
        name.hasPrefix(prefix) && name.count > prefix.count && name.dropFirst(prefix.count).allSatisfy(\.isNumber)
      }
      return found.sorted().first.map { "\(folder)/\($0)" }
    }
    if let file = first("/dev", "nvidia") {
      return
        "this machine has an NVIDIA GPU (\(file)), but Vulkan offers only a CPU; install the Vulkan part of NVIDIA's "
        + "driver (nvidia_icd.json and libGLX_nvidia.so.0), which containers get with NVIDIA_DRIVER_CAPABILITIES=all"
    }
    if let file = first("/dev/dri", "renderD") {
      return
        "this machine has a GPU (\(file)), but Vulkan offers only a CPU; install its Vulkan driver (for AMD and Intel "
        + "mesa-vulkan-drivers), and let this user open the file (the group render)"
    }
    return nil
  }

  private static func choosesDriver(_ environment: [String: String]) -> Bool {
    ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_LOADER_DRIVERS_SELECT", "VK_LOADER_DRIVERS_DISABLE"].contains {
      environment[$0]?.isEmpty == false
    }
  }
}
