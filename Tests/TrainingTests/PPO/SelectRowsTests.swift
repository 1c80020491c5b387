// select_rows.comp, by the kernel and by the host: which rollout rows stand in a chunk, and in which order.
import CHostKernels
import CShaders
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct SelectRowsTests {
  /// Runs with legal masks of one or several bits, selected on the device.
  struct Harness {
    let device: Device
    let rows: Int
    let maskWords: Int
    let seeds: [UInt64]
    let updates: [Int]
    /// T; the rows are those of rows / T actors.
    let steps: Int
    let minibatches: Int
    let wideActions: Range<Int>
    private let masks: [[UInt32]]
    private let operation: Operation

    init(
      device: Device, rows: Int, maskWords: Int = 1, seeds: [UInt64] = [3], updates: [Int] = [0], steps: Int = 1,
      minibatches: Int = 1, wideActions: Range<Int> = 0..<0
    ) throws {
      self.device = device
      self.rows = rows
      self.maskWords = maskWords
      self.seeds = seeds
      self.updates = updates
      self.steps = steps
      self.minibatches = minibatches
      self.wideActions = wideActions
      masks = seeds.indices.map { run in
        let bits = TestNumbers.words(UInt32(500 + run), count: rows)
        return bits.flatMap { bits in
          // One bit somewhere; where the seat acts a second one in the last word.
          var words = [UInt32](repeating: 0, count: maskWords)
          words[Int(bits >> 8) % maskWords] |= 1 << (bits & 15)
          if bits >> 20 & 1 == 1 { words[maskWords - 1] |= 1 << (16 + bits & 15) }
          return words
        }
      }
      let wide = ["WIDE_BEGIN": "\(wideActions.lowerBound)u", "WIDE_END": "\(wideActions.upperBound)u"]
      operation = try device.operation(
        "PPO/select_rows.comp",
        macros: ["MASK_WORDS": "\(maskWords)u", "SEED_STRIDE": "32u"].merging(wideActions.isEmpty ? [:] : wide) { $1 },
        host: HostBody(host_select_rows))
    }

    func legalActions(_ run: Int, _ row: Int) -> [Int] {
      (0..<32 * maskWords).filter { masks[run][row * maskWords + $0 / 32] >> UInt32($0 % 32) & 1 == 1 }
    }

    func twin(_ run: Int, first: Int, count: Int, epoch: Int?) -> SelectRows {
      let order = EpochOrder(
        actors: rows / steps, steps: steps, minibatches: minibatches, seed: seeds[run], update: updates[run],
        epoch: epoch ?? 0)
      let source = (first..<first + count).map { epoch == nil ? $0 : order.rows[$0] }
      return SelectRows(source, wideActions: wideActions) { legalActions(run, $0) }
    }

    /// The chunk of every run: its rows, how many of them act, and how many may take a wide action.
    func select(first: Int, count: Int, epoch: Int? = nil) throws -> [(rows: [Int], actingCount: Int, wideCount: Int)] {
      let legalMasks = try GuardedBuffer("legal_masks", on: device, count: rows * maskWords, values: masks)
      let indices = try GuardedBuffer<UInt32>("row_indices", on: device, runs: seeds.count, count: count)
      let counts = try GuardedBuffer<UInt32>(
        "row_counts", on: device, runs: seeds.count, count: wideActions.isEmpty ? 2 : 3)
      let push = RowSelection(
        rows: UInt32(count), first: UInt32(first), permuted: epoch == nil ? 0 : 1,
        minibatch_rows: UInt32(rows / minibatches), steps: UInt32(steps), actors: UInt32(rows / steps),
        epoch: UInt32(epoch ?? 0), index_stride: indices.stride, count_stride: counts.stride,
        mask_stride: legalMasks.stride)
      let (seedWords, progress) = (
        try seedBuffer(seeds, on: device), try progressBuffer(updates: updates, on: device)
      )
      try device.run { recorder in
        recorder.perform(
          operation.bind(
            [
              "legal_masks": legalMasks.window, "seeds": seedWords.window, "progress": progress.window,
              "row_indices": indices.window, "row_counts": counts.window,
            ], push: push, over: .runs(seeds.count)))
      }
      return try zip(indices.read(), counts.read()).map { rows, counts in
        #expect(counts[0] == count)
        return (rows.map(Int.init), Int(counts[1]), wideActions.isEmpty ? 0 : Int(counts[2]))
      }
    }
  }

  @Test(arguments: [1, 31, 33, 65, 257, 1009], TestDevice.computing)
  func listsTheTwinsRowsActingSeatsFirst(rows: Int, profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    for maskWords in 1...2 { try checkRows(rows, maskWords: maskWords, device: device) }
    device.requireNoValidationMessages()
  }

  private func checkRows(_ rows: Int, maskWords: Int, device: Device) throws {
    let harness = try Harness(
      device: device, rows: rows, maskWords: maskWords, seeds: [1, 0xFFFF_FFFF_0000_0001, 7], updates: [0, 5, 1 << 20])
    let half = rows / 2
    for (first, count, epoch) in [(0, rows, nil), (half, rows - half, nil), (half, rows - half, 3)]
      as [(Int, Int, Int?)]
    {
      for (run, found) in try harness.select(first: first, count: count, epoch: epoch).enumerated() {
        let twin = harness.twin(run, first: first, count: count, epoch: epoch)
        #expect(found.rows == twin.rows)
        #expect(found.actingCount == twin.actingCount)
      }
    }
  }

  /// Inside one word, over the border of two, and whole words.
  @Test(arguments: [3..<9, 20..<50, 0..<32, 32..<64, 64..<90], TestDevice.computing)
  func rowsWithWideActionsComeFirst(wideActions: Range<Int>, profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let harness = try Harness(
      device: device, rows: 331, maskWords: 3, seeds: [1, 7], updates: [0, 5], wideActions: wideActions)
    for epoch in [nil, 2] {
      for (run, found) in try harness.select(first: 0, count: 331, epoch: epoch).enumerated() {
        let twin = harness.twin(run, first: 0, count: 331, epoch: epoch)
        #expect(found.rows == twin.rows)
        #expect((found.actingCount, found.wideCount) == (twin.actingCount, twin.wideCount))
        #expect(found.wideCount > 0 && found.wideCount < found.actingCount)
      }
    }
    device.requireNoValidationMessages()
  }

  @Test func thePermutationIsABijectionForEveryCount() throws {
    let device = try TestDevice.make()
    for count in [1, 2, 3, 5, 64, 97, 100, 4096, 7919, 16384] {
      let found = try Harness(device: device, rows: count).select(first: 0, count: count, epoch: 1)[0]
      #expect(found.rows.sorted() == Array(0..<count), "\(count) rows")
    }
    for count in 1...130 {
      let permutation = RowPermutation(count: count, seed: 9, update: 2, epoch: 0)
      #expect((0..<count).map { permutation[$0] }.sorted() == Array(0..<count), "\(count) rows")
    }
    device.requireNoValidationMessages()
  }

  @Test func thePermutationDiffersBySeedUpdateAndEpoch() throws {
    let device = try TestDevice.make()
    let harness = try Harness(device: device, rows: 509, seeds: [1, 2, 1, 1 << 32 | 1], updates: [0, 0, 1, 0])
    var all: [[Int]] = []
    for epoch in 0..<3 { all += try harness.select(first: 0, count: 509, epoch: epoch).map(\.rows) }
    #expect(Set(all).count == 12)
    // Unrelated permutations agree in about one place.
    for (index, one) in all.enumerated() {
      for other in all[..<index] {
        #expect(zip(one, other).count { $0 == $1 } < 12)
      }
    }
    device.requireNoValidationMessages()
  }

  @Test(arguments: TestDevice.computing)
  func everyRowOccursOnceInTheMinibatchesOfAnEpoch(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let harness = try Harness(
      device: device, rows: 252, seeds: [4, 5], updates: [3, 3], steps: 7, minibatches: 4)
    for run in 0..<2 {
      let parts = try (0..<4).map { try harness.select(first: $0 * 63, count: 63, epoch: 2)[run].rows }
      #expect(parts.flatMap(\.self).sorted() == Array(0..<252))
      for (minibatch, rows) in parts.enumerated() {
        #expect(rows == harness.twin(run, first: minibatch * 63, count: 63, epoch: 2).rows)
        // Chunks that begin and end anywhere in the minibatch.
        for (first, count) in [(5, 40), (45, 18)] {
          let part = try harness.select(first: minibatch * 63 + first, count: count, epoch: 2)[run].rows
          #expect(part == harness.twin(run, first: minibatch * 63 + first, count: count, epoch: 2).rows)
        }
        #expect(Set(rows.map { $0 % 36 }).count == 9, "nine actors, each with all its steps")
      }
    }
    device.requireNoValidationMessages()
  }
}
