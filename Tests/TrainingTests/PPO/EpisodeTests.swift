// track_episodes.comp and finish_update.comp: returns and lengths of the episodes that ended.
import CShaders
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct EpisodeTests {
  @Test(arguments: [(1, 1, 2), (7, 33, 2), (19, 65, 5), (16, 31, 3)])
  func trackEpisodesAgreesWithItsTwin(steps: Int, environments: Int, agents: Int) throws {
    let device = try TestDevice.make()
    let runs = 3
    let rewards = (0..<runs).map { TestNumbers.uniform(UInt32(1200 + $0), count: steps * environments * agents) }
    let dones = (0..<runs).map { run in
      TestNumbers.words(UInt32(1210 + run), count: steps * environments).map { $0 % 4 == 0 ? UInt32(1) : 0 }
    }
    let open: [[SIMD2<Float>]] = (0..<runs).map { run in
      (0..<environments).map { n in SIMD2(TestNumbers.uniform(UInt32(1220 + run), n), Float(n % 3)) }
    }
    let errors: [[UInt32]] = (0..<runs).map { run in
      (0..<environments).map { n in (n + run) % 5 == 0 ? ERROR_ILLEGAL_ACTION : 0 }
    }
    let rewardBuffer = try GuardedBuffer("rewards", on: device, count: rewards[0].count, values: rewards)
    let doneBuffer = try GuardedBuffer("dones", on: device, count: dones[0].count, values: dones)
    let errorBuffer = try GuardedBuffer("errors", on: device, count: environments, values: errors)
    let openBuffer = try GuardedBuffer("open_episodes", on: device, count: environments, values: open)
    let sums = try GuardedBuffer<SIMD4<Float>>("episode_sums", on: device, runs: runs, count: environments)
    let kernel = try device.kernel("PPO/track_episodes.comp", macros: ["AGENTS": "\(agents)u"])
    let push = EpisodeDispatch(
      open_stride: openBuffer.stride, sum_stride: sums.stride, error_stride: errorBuffer.stride,
      rollout: RolloutShape(
        environments: UInt32(environments), steps: UInt32(steps), row_stride: rewardBuffer.stride, value_stride: 0,
        mask_stride: 0, done_stride: doneBuffer.stride))
    try device.run { recorder in
      recorder.dispatch(
        kernel,
        [
          "rewards": rewardBuffer.window, "dones": doneBuffer.window, "errors": errorBuffer.window,
          "open_episodes": openBuffer.window, "episode_sums": sums.window,
        ], push: push, groups: kernel.groups(for: environments), runs)
    }
    let (openAfter, found) = (try openBuffer.read(), try sums.read())
    for run in 0..<runs {
      for n in 0..<environments {
        let twin = TrackEpisodes(
          openReturn: Double(open[run][n].x), openLength: Double(open[run][n].y),
          rewards: (0..<steps).map { t in
            doubles(Array(rewards[run].dropFirst((t * environments + n) * agents).prefix(agents)))
          },
          dones: (0..<steps).map { dones[run][$0 * environments + n] != 0 })
        #expect(agree(openAfter[run][n].x, twin.openReturn) && Double(openAfter[run][n].y) == twin.openLength)
        #expect(agree(found[run][n].x, twin.returns) && Double(found[run][n].y) == twin.lengths)
        #expect(Double(found[run][n].z) == twin.episodes && found[run][n].w == (errors[run][n] == 0 ? 0 : 1))
      }
    }
    device.requireNoValidationMessages()
  }

  @Test(arguments: [1, 31, 33, 65, 257])
  func finishUpdateAgreesWithItsTwin(environments: Int) throws {
    let device = try TestDevice.make()
    let runs = 3
    let sums: [[SIMD4<Float>]] = (0..<runs).map { run in
      (0..<environments).map { n in
        SIMD4<Float>(TestNumbers.uniform(UInt32(1300 + run), n), Float(n % 7), Float(n % 3), n == 30 ? 1 : 0)
      }
    }
    let before = (0..<runs).map { TestNumbers.uniform(UInt32(1310 + $0), count: Int(RUN_SCALARS)) }
    let updates = [0, 41, 1 << 24 + 1]
    let sumBuffer = try GuardedBuffer("episode_sums", on: device, count: environments, values: sums)
    let metrics = try GuardedBuffer("metrics", on: device, count: Int(RUN_SCALARS), values: before)
    let progress = try progressBuffer(updates: updates, on: device)
    let kernel = try device.kernel("PPO/finish_update.comp")
    var push = EpisodeDispatch()
    push.sum_stride = sumBuffer.stride
    push.rollout.environments = UInt32(environments)
    try device.run { recorder in
      recorder.dispatch(
        kernel,
        ["episode_sums": sumBuffer.window, "metrics": metrics.window, "progress": progress.window], push: push,
        groups: runs)
    }
    let (metricBlocks, progressBlocks) = (try metrics.read(), try progress.read())
    for run in 0..<runs {
      let twin = FinishUpdate(sums[run].map { SIMD4<Double>($0) })
      let found = metricBlocks[run]
      #expect(agree(found[Int(METRIC_EPISODE_RETURN)], twin.episodeReturn))
      #expect(Double(found[Int(METRIC_EPISODE_LENGTH)]) == twin.episodeLength)
      #expect(Double(found[Int(METRIC_EPISODES)]) == twin.episodes)
      #expect(Double(found[Int(METRIC_ILLEGAL_ACTIONS)]) == twin.illegalActions)
      #expect(found[..<Int(METRIC_EPISODES)] == before[run][..<Int(METRIC_EPISODES)])
      #expect(found[Int(METRIC_COUNT)...] == before[run][Int(METRIC_COUNT)...])
      #expect(progressBlocks[run][Int(PROGRESS_UPDATE)] == UInt32(updates[run] + 1))
      #expect(progressBlocks[run][1...2] == [Float(1).bitPattern, Float(1).bitPattern])
    }
    device.requireNoValidationMessages()
  }
}
