import CVulkan
import Foundation

/// Files that only save time: a missing, old or damaged one is written again.
enum Cache {
  /// `CROSSPLAY_CACHE`, else `XDG_CACHE_HOME/crossplay`, else `~/.cache/crossplay`.
  static var folder: URL {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["CROSSPLAY_CACHE"], !path.isEmpty { return URL(fileURLWithPath: path) }
    if let path = environment["XDG_CACHE_HOME"], !path.isEmpty {
      return URL(fileURLWithPath: path).appendingPathComponent("crossplay")
    }
    return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/crossplay")
  }

  /// The content of a cache file whose stored hash is right, otherwise nil.
  static func read(_ name: String) -> Data? {
    guard let file = try? Data(contentsOf: folder.appendingPathComponent(name)), file.count > 32 else { return nil }
    let content = Data(file.dropFirst(32))
    let stored = String(decoding: file.prefix(32), as: UTF8.self)
    return content.withUnsafeBytes { ContentHash($0).description } == stored ? content : nil
  }

  /// Stores with its hash in front, under a temporary name first. Failure to write costs only time, so it is ignored.
  static func write(_ content: Data, as name: String) {
    let hash = content.withUnsafeBytes { ContentHash($0).description }
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try? (Data(hash.utf8) + content).write(to: folder.appendingPathComponent(name), options: .atomic)
  }
}

/// The driver's compiled pipelines, kept on disk per device and driver version.
final class PipelineCache {
  let handle: VkPipelineCache?
  private let device: VkDevice
  private let fileName: String
  private var loaded: Data

  init(device: VkDevice, properties: VkPhysicalDeviceProperties) {
    self.device = device
    let identity = withUnsafeBytes(of: properties.pipelineCacheUUID) { ContentHash($0) }
    fileName = "pipelines-\(properties.vendorID)-\(properties.deviceID)-\(properties.driverVersion)-\(identity)"
    loaded = Cache.read(fileName) ?? Data()
    var cache: VkPipelineCache?
    loaded.withUnsafeBytes { bytes in
      var info = VkPipelineCacheCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO
      info.initialDataSize = bytes.count
      info.pInitialData = bytes.baseAddress
      _ = vkCreatePipelineCache(device, &info, nil, &cache)
    }
    handle = cache
  }

  func destroy() {
    guard let handle else { return }
    var size = 0
    if vkGetPipelineCacheData(device, handle, &size, nil) == VK_SUCCESS, size > 0 {
      var data = Data(count: size)
      let result = data.withUnsafeMutableBytes { vkGetPipelineCacheData(device, handle, &size, $0.baseAddress) }
      if result == VK_SUCCESS && data != loaded { Cache.write(data, as: fileName) }
    }
    vkDestroyPipelineCache(device, handle, nil)
  }
}
