/// What a kernel of `Shaders/` computes, by the kernel or, where the host computes (`DeviceProfile.hostComputes`) and has a
/// body for it, by the host. Who does it is decided when the operation is made; whoever binds and performs it does not ask.
///
///     let loss = try device.operation("PPO/ppo_loss.comp", macros: macros, host: HostBody(host_ppo_loss))
///     recorder.perform(loss.bind([…], push: push, over: .items(rows, runs: runs)))
public final class Operation {
  public let name: String
  private let implementation: Implementation
  private let reflection: SPIRV

  private enum Implementation {
    case kernel(Kernel)
    case host(HostBody, HostMacros)
  }

  fileprivate init(_ kernel: Kernel) {
    name = kernel.name
    reflection = kernel.reflection
    implementation = .kernel(kernel)
  }

  fileprivate init(_ name: String, _ body: HostBody, macros: [(String, String)], words: [UInt32]) throws {
    self.name = name
    reflection = try SPIRV(words)
    implementation = .host(body, HostMacros(macros))
  }

  /// What an operation runs over; every item of every run is done once.
  public enum Extent {
    /// One invocation per item, or `invocations` neighbouring ones: x = invocation, y = run.
    case items(Int, invocations: Int = 1, runs: Int)
    /// One workgroup per item: x = item, y = run.
    case workgroups(Int, runs: Int)
    /// One workgroup per run: x = run.
    case runs(Int)

    var runs: Int {
      switch self {
      case .items(_, _, let runs), .workgroups(_, let runs), .runs(let runs): runs
      }
    }

    var items: Int {
      switch self {
      case .items(let items, _, _), .workgroups(let items, _): items
      case .runs: 1
      }
    }
  }

  /// The operation on given buffers, to be performed as often as one likes.
  ///
  /// - Parameters:
  ///   - bindings: A window for every binding of the kernel, by its name.
  ///   - work: What it has to do, for timings; nil where it passes over everything that is bound once.
  public func bind<Push: BitwiseCopyable>(
    _ bindings: [String: BufferWindow], push: Push, over extent: Extent, work: Work? = nil
  ) -> BoundOperation {
    let work = work ?? Work(passingOver: bindings.values)
    return withUnsafeBytes(of: push) { push in
      reflection.check(name, bindings, pushBytes: push.count)
      let place: BoundOperation.Place
      switch implementation {
      case .kernel(let kernel):
        place = .device(kernel, bindings, push: Array(push), groups: kernel.groups(over: extent))
      case .host(let body, let macros):
        let last = reflection.bindings.map { Int($0.number) }.max() ?? -1
        var addresses = [UnsafeMutableRawPointer?](repeating: nil, count: last + 1)
        for binding in reflection.bindings {
          addresses[Int(binding.number)] = bindings[binding.name].map {
            UnsafeMutableRawPointer($0.address(of: UInt8.self))
          }
        }
        place = .host(
          HostJob(
            body, push: push, buffers: addresses, macros: macros, runs: extent.runs, items: extent.items, work: work))
      }
      return BoundOperation(name: name, work: work, windows: Array(bindings.values), place: place)
    }
  }
}

/// An operation with what it works on.
public struct BoundOperation {
  enum Place {
    case device(Kernel, [String: BufferWindow], push: [UInt8], groups: (x: Int, y: Int))
    case host(HostJob)
  }

  /// File of the kernel.
  public let name: String
  /// What it has to do, for timings.
  public let work: Work
  /// What it reads and writes.
  public let windows: [BufferWindow]
  let place: Place

  /// What the host does, for whoever calls it on items in steps of its own (`CommandRecorder.host`); nil where a kernel does
  /// it.
  public var onHost: HostJob? {
    if case .host(let job) = place { job } else { nil }
  }
}

extension CommandRecorder {
  /// Performs an operation: everything recorded later sees what it wrote.
  public func perform(_ bound: BoundOperation) {
    switch bound.place {
    case .device(let kernel, let bindings, let push, let groups):
      push.withUnsafeBytes { dispatch(kernel, bindings, pushBytes: $0, groups.x, groups.y, 1, bound.work) }
    case .host(let job):
      host(bound.name, using: bound.windows, work: bound.work) { job.perform() }
    }
  }
}

extension Kernel {
  fileprivate func groups(over extent: Operation.Extent) -> (x: Int, y: Int) {
    switch extent {
    case .items(let items, let invocations, let runs): (groups(for: items * invocations), runs)
    case .workgroups(let items, let runs): (items, runs)
    case .runs(let runs): (runs, 1)
    }
  }
}

extension SPIRV {
  /// Traps unless a kernel is given what it binds.
  func check(_ name: String, _ given: [String: BufferWindow], pushBytes: Int) {
    precondition(
      pushBytes == pushConstantBytes, "\(name) takes \(pushConstantBytes) bytes of push constants, not \(pushBytes)")
    let known = Set(bindings.map(\.name))
    precondition(known == Set(given.keys), "\(name) has the bindings \(known.sorted()), not \(given.keys.sorted())")
  }
}

extension Device {
  /// What a kernel from `Shaders/<name>` computes.
  ///
  /// - Parameters:
  ///   - macros, includes: As for `kernel`.
  ///   - body: The host's version; nil where only the kernel can.
  /// - Throws: `VulkanError` where the kernel cannot be compiled.
  public func operation(
    _ name: String, macros: [String: any CustomStringConvertible] = [:], includes: [String: String] = [:],
    host body: HostBody?
  ) throws -> Operation {
    guard let body, profile.hostComputes else {
      return Operation(try kernel(name, macros: macros, includes: includes))
    }
    let macros = macros.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    // The kernel's interface, which its body shares; no pipeline is made of it.
    let words = try ShaderCompiler.compile(name, macros: profile.macros() + macros, includes: includes)
    return try Operation(name, body, macros: macros, words: words)
  }
}
