import Testing
import VulkanCompute

/// Devices for tests: with synchronisation validation unless asked otherwise. A machine without a device fails the test.
public enum TestDevice {
  public static func make(
    validation: Validation = .synchronization, profile: DeviceProfile? = nil, forceStaging: Bool = false,
    submissionBound: SubmissionBound? = nil
  ) throws -> Device {
    try Device(
      validation: validation, profile: profile, forceStaging: forceStaging, submissionBound: submissionBound)
  }

  /// The kernel families of float32, to be run on whatever device there is.
  public static let kernelProfiles: [DeviceProfile] = [
    .software, .graphics, DeviceProfile(loads: .texel, matrixMultiply: .shared, stateLayout: .arrayOfStructures),
    DeviceProfile(loads: .storage, matrixMultiply: .flat, stateLayout: .structureOfArrays),
  ]

  /// The two that compute: kernels and, where the device is a CPU beside oneDNN, the host.
  public static var computing: [DeviceProfile] { profiles.filter { $0 == .software || $0.hostComputes } }

  /// The kernel families and, where the device is a CPU beside oneDNN, matrix products on the host.
  public static let profiles: [DeviceProfile] = {
    let devices = (try? Device.all()) ?? []
    let host = Device.preferred(among: devices)?.profile.hostComputes == true
    return kernelProfiles + (host ? [.host] : [])
  }()
}

extension TestDevice {
  /// The host in mixed precision: plain loops over bfloat16, and the processor's instructions where it has them.
  public static let roundingProfiles: [DeviceProfile] = {
    guard profiles.contains(.host), let products = HostProducts.shared else { return [] }
    return [.hostEmulated] + (products.hasBFloat16 ? [.host] : [])
  }()
}

extension DeviceProfile {
  /// The host with its 16-bit instructions emulated.
  public static let hostEmulated = DeviceProfile(
    loads: .texel, matrixMultiply: .host, stateLayout: .arrayOfStructures, emulatesMatrixUnits: true)

  /// The matrix units of a graphics processor, emulated.
  public static let matrixUnits = DeviceProfile(
    loads: .storage, matrixMultiply: .cooperative, stateLayout: .structureOfArrays, emulatesMatrixUnits: true)
}

extension Device {
  /// Fails the test if the validation layer has said anything.
  public func requireNoValidationMessages(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(validationMessages.isEmpty, "\(validationMessages.first ?? "")", sourceLocation: sourceLocation)
  }
}
