import Foundation
import TestSupport
import Testing

@testable import VulkanCompute

/// The limits of control groups, from files as the kernel shows them.
@Suite struct MachineMemoryTests {
  private let folder: TemporaryFolder
  private let physical = 64 << 30

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ path: String) throws {
    let url = folder.file(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("\(text)\n".utf8).write(to: url)
  }

  private var available: Int { MachineMemory.availableBytes(root: folder.url, physical: physical) }

  /// What is left of a limit for buffers.
  private func planned(_ limit: Int) -> Int { limit - min(limit / 2, 256 << 20) }

  private let unified = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"

  @Test func withoutControlGroupsItIsThePhysicalMemory() throws {
    #expect(available == physical)
    try write("0::/", "proc/self/cgroup")
    try write("22 28 0:21 / /proc rw - proc proc rw", "proc/self/mountinfo")
    #expect(available == physical)
  }

  @Test func theSmallestLimitOfAllParentsCounts() throws {
    try write("0::/slurm/job_7/step_0", "proc/self/cgroup")
    try write(unified, "proc/self/mountinfo")
    for (place, limit) in [("", "max"), ("slurm", "max"), ("slurm/job_7", "524288000"), ("slurm/job_7/step_0", "max")] {
      try write(limit, "sys/fs/cgroup/\(place)/memory.max")
    }
    #expect(available == 524_288_000 - 262_144_000)
    try write("\(8 << 30)", "sys/fs/cgroup/slurm/memory.max")
    try write("\(16 << 30)", "sys/fs/cgroup/slurm/job_7/memory.max")
    #expect(available == planned(8 << 30))
    try write("\(4 << 30)", "sys/fs/cgroup/slurm/job_7/step_0/memory.max")
    #expect(available == planned(4 << 30))
    // A limit above what there is changes nothing.
    for place in ["slurm", "slurm/job_7", "slurm/job_7/step_0"] {
      try write("\(1 << 50)", "sys/fs/cgroup/\(place)/memory.max")
    }
    #expect(available == physical)
  }

  @Test func theFirstVersionIsReadWhereMemoryIsMounted() throws {
    try write("12:cpu,cpuacct:/a\n9:memory:/docker/4f/inner\n0::/elsewhere", "proc/self/cgroup")
    try write(
      """
      31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
      36 23 0:33 /docker/4f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
      """, "proc/self/mountinfo")
    try write("9223372036854771712", "sys/fs/cgroup/memory/inner/memory.limit_in_bytes")
    try write("\(2 << 30)", "sys/fs/cgroup/memory/memory.limit_in_bytes")
    try write("1024", "sys/fs/cgroup/cpu,cpuacct/memory.limit_in_bytes")
    #expect(available == planned(2 << 30))
    try write("\(1 << 30)", "sys/fs/cgroup/memory/inner/memory.limit_in_bytes")
    #expect(available == planned(1 << 30))
  }

  /// In a container that sees only its own group, at the mount's root.
  @Test func aGroupThatCannotBeSeenIsTheMountsRoot() throws {
    try write("0::/../../other", "proc/self/cgroup")
    try write(unified, "proc/self/mountinfo")
    try write("\(3 << 30)", "sys/fs/cgroup/memory.max")
    #expect(available == planned(3 << 30))
    try write("0::/kubepods/pod9", "proc/self/cgroup")
    try write(unified.replacing("0:26 / /sys", with: "0:26 /system.slice /sys"), "proc/self/mountinfo")
    #expect(available == planned(3 << 30))
  }

  @Test func nonsenseIsPassedOver() throws {
    try write("0:\n::\n\n9:memory\n0::/a", "proc/self/cgroup")
    try write("-\n1 2 3\n\(unified)\n - cgroup2", "proc/self/mountinfo")
    try write("much", "sys/fs/cgroup/a/memory.max")
    #expect(available == physical)
  }

  @Test func theDeviceHasNoMoreThanItsBudget() throws {
    for device in try Device.all() {
      #expect(device.memoryBudget ?? 1 > 0 && device.planningBytes <= device.memoryBytes)
      #expect(device.planningBytes <= device.availableBytes)
      if device.kind == .cpu { #expect(device.availableBytes == MachineMemory.availableBytes) }
    }
  }
}
