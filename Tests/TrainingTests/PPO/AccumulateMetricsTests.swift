// accumulate_metrics.comp, by the kernel and by the host: sums over the rows of a chunk.
import CHostKernels
import CShaders
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct AccumulateMetricsTests {
  @Test(arguments: [1, 31, 33, 65, 1009], TestDevice.computing)
  func agreesWithItsTwin(rows: Int, profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let (runs, sums, capacity) = (2, Int(METRIC_ROW_SUMS), rows + 3)
    let statistics: [[Float]] = (0..<runs).map { run in
      (0..<sums).flatMap { metric -> [Float] in
        TestNumbers.uniform(UInt32(1000 + run * 16 + metric), count: rows) + [.nan, .nan, .nan]
      }
    }
    let before = (0..<runs).map { TestNumbers.uniform(UInt32(1100 + $0), count: Int(RUN_SCALARS)) }
    let statisticBuffer = try GuardedBuffer("row_statistics", on: device, count: sums * capacity, values: statistics)
    let metrics = try GuardedBuffer("metrics", on: device, count: Int(RUN_SCALARS), values: before)
    let operation = try device.operation(
      "PPO/accumulate_metrics.comp", macros: ["CHUNK_ROWS": "\(capacity)u"], host: HostBody(host_accumulate_metrics))
    var push = ChunkDispatch()
    push.rows = UInt32(rows)
    push.statistic_stride = statisticBuffer.stride
    try device.run { recorder in
      recorder.perform(
        operation.bind(
          ["row_statistics": statisticBuffer.window, "metrics": metrics.window], push: push,
          over: .workgroups(sums, runs: runs)))
    }
    for (run, found) in try metrics.read().enumerated() {
      let chunk = (0..<sums).map { metric in
        doubles(Array(statistics[run].dropFirst(metric * capacity).prefix(rows)))
      }
      let expected = AccumulateMetrics.add(chunk, to: doubles(Array(before[run].prefix(sums))))
      #expect(zip(found, expected).allSatisfy { agree($0, $1) })
      #expect(found[sums...] == before[run][sums...])
    }
    device.requireNoValidationMessages()
  }
}
