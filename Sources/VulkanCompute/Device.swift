import CVulkan
import Foundation

/// A Vulkan device with one compute queue: makes buffers, kernels and command sequences.
///
/// Not safe to share between threads: one at a time uses it and what it has made.
public final class Device {
  public let description: DeviceDescription
  public let profile: DeviceProfile
  public let validation: Validation
  /// Whether sequences in recording time every dispatch, copy and fill, with the name of the kernel as label.
  private(set) var timesEveryDispatch = false

  let handle: VkDevice
  let queue: VkQueue
  let commandPool: VkCommandPool
  let pipelineCache: PipelineCache
  /// How much work is submitted at a time; nil for no bound.
  public private(set) var submissionBound: SubmissionBound?
  /// Hands over between commands and steps of the host (`Submission`).
  let hostQueue: HostQueue
  private let instance: Instance
  private let physical: VkPhysicalDevice
  /// Whether the driver keeps what `Kernel.statistics()` gives.
  let reportsKernels: Bool
  private let forceStaging: Bool
  private let memoryTypes: [VkMemoryType]

  /// All Vulkan devices of this machine, in the order of the driver.
  public static func all() throws -> [DeviceDescription] {
    try physicalDevices(of: Instance(validation: .off)).map(\.description)
  }

  /// The device that is used where none is named: the best usable one (discrete, integrated, virtual, CPU).
  public static func preferred(among devices: [DeviceDescription]) -> DeviceDescription? {
    devices.filter(\.missing.isEmpty).min { $0.rank < $1.rank }
  }

  /// The device that is meant; for nil the preferred one, or the first where all are unusable.
  ///
  /// - Parameter devices: All of this machine.
  /// - Throws: `VulkanError` where there is none.
  public static func chosen(
    _ selector: DeviceSelector?, among devices: [DeviceDescription]
  ) throws -> DeviceDescription {
    if let selector { return try selector.choose(among: devices) }
    guard let first = devices.first else {
      throw VulkanError(.noDevice, "no Vulkan device was found; install a driver, for example mesa-vulkan-drivers")
    }
    return preferred(among: devices) ?? first
  }

  /// - Parameters:
  ///   - selector: nil takes the best usable one (discrete, integrated, virtual, CPU).
  ///   - profile: Replaces the profile of the device, for tests of the other variants.
  ///   - matrixMultiply: Replaces this part of the profile.
  ///   - tiles: Replaces this part of the profile.
  ///   - forceStaging: Treats all memory as not visible to the host, as on a discrete GPU.
  ///   - submissionBound: Replaces what is measured on devices that are not CPUs.
  ///   - reportsKernels: Whether kernels are compiled with statistics (`Kernel.statistics()`).
  ///   - smallDispatches: Whether sharing a dispatch out among threads takes longer than the dispatch, where the device is a
  ///     CPU.
  /// - Throws: `VulkanError` that names what is missing.
  public init(
    _ selector: DeviceSelector? = nil, validation: Validation = .off, profile: DeviceProfile? = nil,
    matrixMultiply: DeviceProfile.MatrixMultiply? = nil, tiles: DeviceProfile.Tiles? = nil,
    forceStaging: Bool = false, submissionBound: SubmissionBound? = nil, reportsKernels: Bool = false,
    smallDispatches: Bool = false
  ) throws {
    hostQueue = try HostQueue("host-steps")
    let instance = try Instance(validation: validation)
    self.instance = instance
    self.validation = validation
    self.forceStaging = forceStaging
    self.reportsKernels = reportsKernels
    let devices =
      try smallDispatches
      ? SoftwareThreads.withNone { try Self.physicalDevices(of: instance) } : Self.physicalDevices(of: instance)
    let chosen = devices[try Self.chosen(selector, among: devices.map(\.description)).index]
    guard chosen.description.missing.isEmpty else {
      throw VulkanError(
        .unsupported, "\(chosen.description.name) lacks \(chosen.description.missing.joined(separator: ", "))")
    }
    physical = chosen.handle
    description = chosen.description
    var wanted = profile ?? chosen.description.profile
    if let matrixMultiply { wanted.matrixMultiply = matrixMultiply }
    if let tiles { wanted.tiles = tiles }
    self.profile = try Self.usable(wanted, on: description, mapped: !forceStaging)
    var memory = VkPhysicalDeviceMemoryProperties()
    vkGetPhysicalDeviceMemoryProperties(physical, &memory)
    memoryTypes = withUnsafeBytes(of: memory.memoryTypes) {
      Array($0.bindMemory(to: VkMemoryType.self).prefix(Int(memory.memoryTypeCount)))
    }
    let family = UInt32(DeviceDescription.computeFamily(of: DeviceDescription.queueFamilies(of: physical)) ?? 0)
    handle = try Self.createDevice(
      physical, family: family, name: chosen.description.name,
      matrixUnits: self.profile.matrixMultiply == .cooperative && !self.profile.emulatesMatrixUnits,
      reportsKernels: reportsKernels)
    var queue: VkQueue?
    vkGetDeviceQueue(handle, family, 0, &queue)
    var pool: VkCommandPool?
    var info = VkCommandPoolCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO
    info.queueFamilyIndex = family
    let result = vkCreateCommandPool(handle, &info, nil, &pool)
    guard result == VK_SUCCESS, let queue, let pool else {
      vkDestroyDevice(handle, nil)
      throw VulkanError("creating a command pool", result)
    }
    self.queue = queue
    commandPool = pool
    var properties = VkPhysicalDeviceProperties()
    vkGetPhysicalDeviceProperties(physical, &properties)
    pipelineCache = PipelineCache(device: handle, properties: properties)
    self.submissionBound = submissionBound ?? .measured(on: self)
  }

  /// The profile as far as the device can follow it: kernels multiply in memory that is not mapped, and read storage
  /// buffers where texel buffers are too short.
  /// - Throws: `VulkanError` where the host is to multiply matrices for a device that is not a CPU, or has no oneDNN, and
  ///   where a device that is not a CPU has no matrix units to use.
  static func usable(_ profile: DeviceProfile, on device: DeviceDescription, mapped: Bool) throws -> DeviceProfile {
    var profile = profile
    if !device.allowsTexelLoads { profile.loads = .storage }
    if profile.matrixMultiply == .cooperative, !device.hasCooperativeMatrices, !profile.emulatesMatrixUnits {
      guard device.kind == .cpu else {
        throw VulkanError(
          .unsuitableProducts,
          "\(device.name) reports no products of float16 matrices that kernels can use (\(CooperativeMatrices.name)); "
            + "use the shared kernels")
      }
      profile.emulatesMatrixUnits = true
      return profile
    }
    guard profile.hostComputes else { return profile }
    guard device.kind == .cpu else {
      throw VulkanError(
        .unsupported, "\(device.name) does not share the host's memory; choose matmul flat or shared")
    }
    if let refusal = HostProducts.refusal {
      throw VulkanError(
        .unsupported, "the host multiplies by oneDNN, and \(refusal); install libdnnl-dev and build again")
    }
    if !mapped { profile.matrixMultiply = .flat }
    return profile
  }

  deinit {
    // RADV's null device, which has no memory and only compiles, cannot wait.
    if description.memoryBytes > 0 { vkDeviceWaitIdle(handle) }
    pipelineCache.destroy()
    vkDestroyCommandPool(handle, commandPool, nil)
    vkDestroyDevice(handle, nil)
  }

  /// Matrix products on the host; nil where they run on the device.
  public var products: HostProducts? { profile.hostComputes ? HostProducts.shared : nil }

  /// A function of an extension; nil where the device lacks it.
  func function<Function>(_ name: String, _ type: Function.Type) -> Function? {
    vkGetDeviceProcAddr(handle, name).map { unsafeBitCast($0, to: type) }
  }

  /// What the validation layer has said so far; empty unless validation is on and something is wrong.
  public var validationMessages: [String] { instance.log.all }

  /// A kernel from `Shaders/<name>`.
  ///
  /// - Parameters:
  ///   - macros: `#define`s of this configuration, on top of those of the device profile.
  ///   - includes: Files that stand behind virtual include names, for example
  ///     `["ENVIRONMENT_OBSERVATION": "Hanabi/hanabi_observation.glsl"]`.
  ///   - loads: Replaces this part of the profile.
  ///   - constants: Specialisation constants, by number.
  ///   - variant: What tells the kernel from others of its name, in timings.
  public func kernel(
    _ name: String, macros: [String: any CustomStringConvertible] = [:], includes: [String: String] = [:],
    loads: DeviceProfile.Loads? = nil, constants: [UInt32: UInt32] = [:], variant: String = ""
  ) throws -> Kernel {
    let sorted = macros.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    let words = try ShaderCompiler.compile(name, macros: profile.macros(loads: loads) + sorted, includes: includes)
    return try Kernel(name: name, variant: variant, words: words, constants: constants, device: self)
  }

  /// A kernel for matrix units from `Shaders/<name>`, as scripts/matrix-units has compiled it.
  ///
  /// - Parameters:
  ///   - constants: Specialisation constants, by number.
  ///   - subgroupSize: Of its subgroups, which are full.
  public func builtKernel(
    _ name: String, constants: [UInt32: UInt32], subgroupSize: Int, variant: String = ""
  ) throws -> Kernel {
    try Kernel(
      name: name, variant: variant, words: ShaderCompiler.builtModule(name), constants: constants,
      subgroupSize: subgroupSize, device: self)
  }

  /// A kernel from GLSL text that is no file: made of others, or for a test or a probe.
  public func kernel(name: String, source: String, macros: [String: any CustomStringConvertible] = [:]) throws -> Kernel
  {
    let sorted = macros.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    let words = try ShaderCompiler.compile(name: name, source: source, macros: profile.macros() + sorted, includes: [:])
    return try Kernel(name: name, words: words, device: self)
  }

  /// A buffer outside any table, filled with zeros: for tests, staging and read-back.
  public func buffer<Element: BitwiseCopyable>(_ name: String, of type: Element.Type, count: Int) throws -> Buffer<
    Element
  > {
    let buffer = Buffer<Element>(name: name, runs: 1, shape: [(axis: "count", count: count)], padded: false)
    try buffer.allocate(on: self)
    return buffer
  }

  /// Records commands once; the sequence can be submitted many times.
  public func record(_ body: (CommandRecorder) throws -> Void) throws -> CommandSequence {
    let recorder = try CommandRecorder(device: self)
    try body(recorder)
    return try recorder.finish()
  }

  /// The same with the time of every dispatch, copy and fill, under the name of its kernel.
  public func recordTimed(_ body: (CommandRecorder) throws -> Void) throws -> CommandSequence {
    try timed { try record(body) }
  }

  /// What `body` would record. Buffers may lack memory; a table that only plans has made them.
  ///
  /// - Throws: `VulkanError` where a dispatch exceeds what the device allows.
  public func count(_ body: (CommandRecorder) throws -> Void) throws -> CommandCounts {
    let recorder = try CommandRecorder(device: self, onlyCounts: true)
    try body(recorder)
    return try CommandCounts([recorder.finish()])
  }

  /// The kernels that `body` would dispatch, in no order.
  ///
  /// - Throws: `VulkanError` where a dispatch exceeds what the device allows.
  public func kernels(_ body: (CommandRecorder) throws -> Void) throws -> [Kernel] {
    let recorder = try CommandRecorder(device: self, onlyCounts: true)
    try body(recorder)
    return try recorder.finish().kernels
  }

  /// What `body` records has the time of every dispatch, copy and fill.
  public func timed<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = timesEveryDispatch
    timesEveryDispatch = true
    defer { timesEveryDispatch = before }
    return try body()
  }

  /// A buffer that the host can read while the device works on something else: for metrics.
  public func hostBuffer<Element: BitwiseCopyable>(
    _ name: String, of type: Element.Type, count: Int
  ) throws -> Buffer<Element> {
    let buffer = Buffer<Element>(name: name, runs: 1, shape: [(axis: "count", count: count)], padded: false)
    try buffer.allocate(on: self, hostVisible: true)
    return buffer
  }

  /// Submits sequences in order; each waits for what the one before wrote.
  @discardableResult
  public func submit(_ sequences: CommandSequence...) throws -> Submission { try submit(sequences) }

  /// - Parameter label: What the work is, for errors: "update 12".
  @discardableResult
  public func submit(_ sequences: [CommandSequence], label: String = "commands") throws -> Submission {
    try Submission(sequences, label: label, device: self)
  }

  /// Records, submits and waits.
  public func run(_ body: (CommandRecorder) throws -> Void) throws {
    try submit(record(body)).wait()
  }

  /// The best memory type: device-local memory, mapped where the host reads it through its cache; for staging, host
  /// memory. Reading other mapped memory is slower than a copy.
  func memoryType(allowed: UInt32, hostVisible: Bool) throws -> (index: UInt32, mapped: Bool) {
    let local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT.rawValue
    let visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT.rawValue | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT.rawValue
    let cached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT.rawValue
    let wanted: [VkMemoryPropertyFlags]
    if hostVisible {
      wanted = [visible | cached, visible]
    } else if forceStaging {
      wanted = [local, 0]
    } else {
      wanted = [local | visible | cached, local, visible]
    }
    for flags in wanted {
      for (index, type) in memoryTypes.enumerated()
      where allowed & (1 << UInt32(index)) != 0 && type.propertyFlags & flags == flags {
        let mapped = hostVisible || (!forceStaging && type.propertyFlags & (visible | cached) == visible | cached)
        return (UInt32(index), mapped)
      }
    }
    throw VulkanError(.unsupported, "\(description.name) has no memory type for storage buffers")
  }
}
