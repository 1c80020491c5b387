import CVulkan
import Foundation

/// Which checks of the Khronos validation layer are on.
public enum Validation: Sendable, Equatable, CaseIterable {
  case off
  /// Core checks and synchronisation validation.
  case synchronization
  /// Bounds of every buffer access, checked in instrumented shaders. Slow: for small shapes.
  case gpuAssisted
}

/// Collects what the validation layer says; any thread may add.
final class MessageLog: @unchecked Sendable {
  private let lock = NSLock()
  private var messages: [String] = []

  func append(_ message: String) { lock.withLock { messages.append(message) } }
  var all: [String] { lock.withLock { messages } }
}

/// The Vulkan instance, with the validation layer where asked for.
final class Instance {
  let handle: VkInstance
  let log = MessageLog()
  private var messenger: VkDebugUtilsMessengerEXT?

  static let validationLayer = "VK_LAYER_KHRONOS_validation"

  /// Layers of 1.4.309 and later track what shaders access for synchronisation validation only where this is asked for;
  /// headers as old as ours know no other way than the environment.
  private static let trackShaderAccesses: Void = {
    _ = setenv("VK_KHRONOS_VALIDATION_SYNCVAL_SHADER_ACCESSES_HEURISTIC", "true", 0)
  }()

  /// Whether a message is about this program: newer layers report, as warnings, how they set themselves up for
  /// GPU-assisted validation.
  static func isFinding(_ message: String) -> Bool { !message.contains("Internal Warning") }

  init(validation: Validation) throws {
    var layers: [String] = []
    var extensions: [String] = []
    let available = try Self.extensionNames()
    var flags: VkInstanceCreateFlags = 0
    if available.contains("VK_KHR_portability_enumeration") {  // MoltenVK is listed only to those who ask
      extensions.append("VK_KHR_portability_enumeration")
      flags |= VkInstanceCreateFlags(VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR.rawValue)
    }
    if validation != .off {
      guard try Self.layerNames().contains(Self.validationLayer) else {
        throw VulkanError(
          .unsupported, "the validation layer \(Self.validationLayer) is not installed; install vulkan-validationlayers"
        )
      }
      Self.trackShaderAccesses
      layers.append(Self.validationLayer)
      extensions.append("VK_EXT_debug_utils")
    }
    handle = try Self.create(validation: validation, layers: layers, extensions: extensions, flags: flags)
    if validation != .off { messenger = try makeMessenger() }
  }

  deinit {
    if let messenger {
      let destroy = unsafeBitCast(
        vkGetInstanceProcAddr(handle, "vkDestroyDebugUtilsMessengerEXT"), to: PFN_vkDestroyDebugUtilsMessengerEXT.self)
      destroy(handle, messenger, nil)
    }
    vkDestroyInstance(handle, nil)
  }

  private static func create(
    validation: Validation, layers: [String], extensions: [String], flags: VkInstanceCreateFlags
  ) throws -> VkInstance {
    var application = VkApplicationInfo()
    application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO
    application.apiVersion = (1 << 22) | (1 << 12)  // Vulkan 1.1
    let enabled: [VkValidationFeatureEnableEXT] =
      switch validation {
      case .off: []
      case .synchronization: [VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT]
      case .gpuAssisted:
        [
          VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT,
          VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_RESERVE_BINDING_SLOT_EXT,
        ]
      }
    var instance: VkInstance?
    let result = withUnsafePointer(to: &application) { application in
      enabled.withUnsafeBufferPointer { enabled in
        var features = VkValidationFeaturesEXT()
        features.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT
        features.enabledValidationFeatureCount = UInt32(enabled.count)
        features.pEnabledValidationFeatures = enabled.baseAddress
        return withUnsafePointer(to: &features) { features in
          withCStrings(layers) { layers in
            withCStrings(extensions) { extensions in
              var info = VkInstanceCreateInfo()
              info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO
              info.pNext = enabled.isEmpty ? nil : UnsafeRawPointer(features)
              info.flags = flags
              info.pApplicationInfo = application
              info.enabledLayerCount = UInt32(layers.count)
              info.ppEnabledLayerNames = layers.baseAddress
              info.enabledExtensionCount = UInt32(extensions.count)
              info.ppEnabledExtensionNames = extensions.baseAddress
              return vkCreateInstance(&info, nil, &instance)
            }
          }
        }
      }
    }
    if result == VK_ERROR_INCOMPATIBLE_DRIVER || result == VK_ERROR_INITIALIZATION_FAILED {
      throw VulkanError(.noDevice, "no Vulkan driver was found; install one, for example mesa-vulkan-drivers")
    }
    try check(result, "creating the Vulkan instance")
    guard let instance else { throw VulkanError(.other, "vkCreateInstance returned no instance") }
    return instance
  }

  private func makeMessenger() throws -> VkDebugUtilsMessengerEXT? {
    let create = unsafeBitCast(
      vkGetInstanceProcAddr(handle, "vkCreateDebugUtilsMessengerEXT"), to: PFN_vkCreateDebugUtilsMessengerEXT.self)
    var info = VkDebugUtilsMessengerCreateInfoEXT()
    info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT
    info.messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT.rawValue | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT.rawValue
    info.messageType =
      VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT.rawValue | VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT.rawValue
    info.pUserData = Unmanaged.passUnretained(log).toOpaque()
    info.pfnUserCallback = { _, _, data, user in
      guard let user, let data, let message = data.pointee.pMessage else { return 0 }
      let text = String(cString: message)
      if Instance.isFinding(text) { Unmanaged<MessageLog>.fromOpaque(user).takeUnretainedValue().append(text) }
      return 0
    }
    var messenger: VkDebugUtilsMessengerEXT?
    try check(create(handle, &info, nil, &messenger), "installing the validation callback")
    return messenger
  }

  private static func layerNames() throws -> Set<String> {
    let layers = try enumerate("listing layers", VkLayerProperties()) { vkEnumerateInstanceLayerProperties($0, $1) }
    return Set(layers.map { text(of: $0.layerName) })
  }

  private static func extensionNames() throws -> Set<String> {
    let extensions = try enumerate("listing instance extensions", VkExtensionProperties()) {
      vkEnumerateInstanceExtensionProperties(nil, $0, $1)
    }
    return Set(extensions.map { text(of: $0.extensionName) })
  }
}

/// The two-call idiom of Vulkan: count, then fill.
func enumerate<T>(
  _ operation: String, _ blank: T, _ call: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<T>?) -> VkResult
) throws -> [T] {
  var count: UInt32 = 0
  try check(call(&count, nil), operation)
  var items = Array(repeating: blank, count: Int(count))
  try check(items.withUnsafeMutableBufferPointer { call(&count, $0.baseAddress) }, operation)
  return Array(items.prefix(Int(count)))
}

/// The zero-terminated text in a fixed-size C array.
func text<T>(of tuple: T) -> String {
  withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  let pointers = copies.map { UnsafePointer<CChar>($0) }
  return pointers.withUnsafeBufferPointer(body)
}
