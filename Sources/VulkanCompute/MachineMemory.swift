import Foundation

/// How much of the machine's memory this process may take.
///
/// Containers and queues bound it by control groups: the process is killed when its group, or one above it, holds more than
/// its limit (https://docs.kernel.org/admin-guide/cgroup-v2.html, cgroup-v1/memory.html).
public enum MachineMemory {
  /// What the program holds beside the buffers that are planned, such as code, drivers and compiled kernels: about 110 MiB
  /// for the smallest training on Mesa's software device.
  private static func reserve(of limit: Int) -> Int { min(limit / 2, 256 << 20) }

  /// Bytes that buffers may take: the physical memory, or the smallest limit of the control groups without what the program
  /// needs for itself.
  public static let availableBytes = availableBytes(
    root: URL(fileURLWithPath: "/"), physical: Int(clamping: ProcessInfo.processInfo.physicalMemory))

  /// - Parameter root: Where `proc` and the mounts of control groups are.
  static func availableBytes(root: URL, physical: Int) -> Int {
    limits(root: root).map { $0 - reserve(of: $0) }.reduce(physical, min)
  }

  /// The limits of the process's control groups and of all above them, of both versions.
  private static func limits(root: URL) -> [Int] {
    func text(_ path: String) -> String? {
      (FileManager.default.contents(atPath: root.appendingPathComponent(path).path)).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    let groups = (text("proc/self/cgroup") ?? "").split(separator: "\n").compactMap(ControlGroup.init)
    let mounts = (text("proc/self/mountinfo") ?? "").split(separator: "\n").compactMap(Mount.init)
    return mounts.flatMap { mount -> [Int] in
      guard let group = groups.first(where: { $0.isUnified == mount.isUnified }) else { return [] }
      let file = mount.isUnified ? "memory.max" : "memory.limit_in_bytes"
      return mount.folders(to: group.path).compactMap { folder in
        text("\(folder)/\(file)").flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
      }
    }
  }

  /// A line of /proc/self/cgroup about memory: `0::/user.slice` or `9:memory:/docker/4f`.
  private struct ControlGroup {
    let isUnified: Bool
    let path: String

    init?(_ line: Substring) {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      isUnified = parts[0] == "0" && parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("memory") else { return nil }
      path = String(parts[2])
    }
  }

  /// A line of /proc/self/mountinfo that mounts control groups of memory.
  private struct Mount {
    let isUnified: Bool
    /// The group that is at `point`.
    let root: String
    let point: String

    init?(_ line: Substring) {
      let fields = line.split(separator: " ")
      guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count else { return nil }
      isUnified = fields[dash + 1] == "cgroup2"
      guard isUnified || fields[dash + 1] == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
      else {
        return nil
      }
      (root, point) = (String(fields[3]), String(fields[4]))
    }

    /// The folders of a group and of all above it, as far as they are mounted.
    func folders(to path: String) -> [String] {
      // A group outside of what is mounted is one that a container cannot see: its own is at the mount's root.
      let inside = root == "/" ? path : path.hasPrefix(root) ? String(path.dropFirst(root.count)) : ""
      let names = inside.split(separator: "/").filter { $0 != ".." }
      return (0...names.count).map { ([point] + names.prefix($0).map(String.init)).joined(separator: "/") }
    }
  }
}
