// Rows of an env step chosen by the kernel that makes inputs of them: SELECTS_ROWS of expand_observations.comp and
// list_observations.comp.
import CShaders
import Environments
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct SelectedInputsTests {
  private static let (features, pitch, words, maskWords) = (37, 40, 2, 2)
  private static let (runs, first) = (2, 7)
  private static let profiles = TestDevice.kernelProfiles.filter { $0.matrixMultiply == .shared }

  /// Observations of an env step between others, where about every third seat waits.
  private struct Step {
    let rows: Int
    let observed: [[UInt32]]
    let masks: [[UInt32]]
    let observations, legalMasks, indices, counts, places: GuardedBuffer<UInt32>

    init(_ observed: [[UInt32]], wordCount: Int, rows: Int, device: Device) throws {
      let all = SelectedInputsTests.first + rows + 3
      self.rows = rows
      self.observed = observed
      masks = (0..<observed.count).map { run in
        TestNumbers.words(UInt32(960 + run), count: all).flatMap { bits -> [UInt32] in
          bits % 3 == 0 ? [0, 1 << (bits >> 8 & 31)] : [1 << (bits >> 8 & 31), bits | 1]
        }
      }
      observations = try GuardedBuffer("observations", on: device, count: all * wordCount, values: observed)
      legalMasks = try GuardedBuffer("legal_masks", on: device, count: all * maskWords, values: masks)
      indices = try GuardedBuffer("row_indices", on: device, runs: observed.count, count: rows)
      counts = try GuardedBuffer("row_counts", on: device, runs: observed.count, count: 2)
      places = try GuardedBuffer("row_places", on: device, runs: observed.count, count: rows)
    }

    func push(wordCount: Int) -> SelectedDispatch {
      var push = SelectedDispatch()
      push.rows = UInt32(rows)
      push.first = UInt32(SelectedInputsTests.first)
      push.index_stride = indices.stride
      push.row_count_stride = counts.stride
      push.mask_stride = legalMasks.stride
      push.observation_words = UInt32(wordCount)
      push.observation_stride = observations.stride
      return push
    }

    var bindings: [String: BufferWindow] {
      [
        "observations": observations.window, "legal_masks": legalMasks.window, "row_indices": indices.window,
        "row_counts": counts.window, "row_places": places.window,
      ]
    }

    func twin(_ run: Int) -> SelectRows {
      SelectRows(Array(SelectedInputsTests.first..<SelectedInputsTests.first + rows)) { row in
        (0..<64).filter { masks[run][2 * row + $0 / 32] >> UInt32($0 % 32) & 1 == 1 }
      }
    }

    func expectTheRowsOfTheTwin() throws {
      let (foundIndices, foundCounts, foundPlaces) = (try indices.read(), try counts.read(), try places.read())
      for run in masks.indices {
        let twin = twin(run)
        #expect(foundIndices[run].map(Int.init) == twin.rows)
        #expect(foundCounts[run] == [UInt32(rows), UInt32(twin.actingCount)])
        #expect(foundPlaces[run].map { twin.rows[Int($0)] - SelectedInputsTests.first } == Array(0..<rows))
      }
    }
  }

  /// Less than a workgroup's share, whole shares, more rows than invocations, as many as there may be.
  @Test(
    arguments: [1, 31, 257, 8192].map { (rows: $0, profile: DeviceProfile.graphics) } + profiles.map { (64, $0) })
  func choosesAndExpandsTheRowsOfAStep(size: (rows: Int, profile: DeviceProfile)) throws {
    let (rows, profile) = size
    let device = try TestDevice.make(profile: profile)
    let kernel = try device.kernel(
      "Network/expand_observations.comp", macros: ["SELECTS_ROWS": 1, "MASK_WORDS": "\(Self.maskWords)u"],
      includes: ["ENVIRONMENT_OBSERVATION": "Common/bit_observations.glsl"])
    let observed = (0..<Self.runs).map {
      TestNumbers.words(UInt32(950 + $0), count: (Self.first + rows + 3) * Self.words)
    }
    let step = try Step(observed, wordCount: Self.words, rows: rows, device: device)
    let inputs = try GuardedBuffer<Float>("inputs", on: device, runs: Self.runs, count: rows * Self.pitch)
    var push = step.push(wordCount: Self.words)
    push.features = UInt32(Self.features)
    push.padded_features = UInt32(Self.pitch)
    push.input_stride = inputs.stride
    let share = Int(EXPANDED_GROUP_ROWS)
    try device.run { recorder in
      recorder.dispatch(
        kernel, step.bindings.merging(["inputs": inputs.window]) { $1 }, push: push,
        groups: (rows + share - 1) / share, Self.runs)
    }
    try step.expectTheRowsOfTheTwin()
    let found = try inputs.read()
    for run in 0..<Self.runs {
      let expected = step.twin(run).rows.flatMap { row in
        (0..<Self.pitch).map { feature -> Float in
          let word = feature < Self.features ? observed[run][row * Self.words + feature / 32] : 0
          return Float(word >> UInt32(feature % 32) & 1)
        }
      }
      #expect(found[run] == expected)
    }
    device.requireNoValidationMessages()
  }

  /// The lists are those of the kernel that is told which rows.
  @Test(arguments: profiles) func choosesAndListsTheRowsOfAStep(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let game = try EnvironmentVariant(name: "overcooked", values: ["random_reset": .boolean(true)]).make()
    let list = try #require(game.observationList)
    let (rows, wordCount) = (150, game.observationWordCount)
    let play = try EnvironmentPlay(game, environments: (Self.first + rows + 3) / 2, device: device)
    let step = try Step([play.packedObservations()], wordCount: wordCount, rows: rows, device: device)
    func lists(_ name: String) throws -> (entries: GuardedBuffer<UInt32>, lengths: GuardedBuffer<UInt32>) {
      (
        try GuardedBuffer("\(name)entries", on: device, runs: 1, count: rows * list.capacity),
        try GuardedBuffer("\(name)lengths", on: device, runs: 1, count: rows)
      )
    }
    let (chosen, told) = (try lists("chosen "), try lists("told "))
    func kernel(_ macros: [String: String]) throws -> Kernel {
      try device.kernel(
        "Network/list_observations.comp",
        macros: game.macros.merging(macros) { $1 }, includes: ["ENVIRONMENT_OBSERVATION_LIST": list.include])
    }
    let (choosing, listing) = (
      try kernel(["SELECTS_ROWS": "1", "MASK_WORDS": "\(Self.maskWords)u"]), try kernel([:])
    )
    var push = step.push(wordCount: wordCount)
    push.entry_pitch = UInt32(list.capacity)
    push.entry_stride = chosen.entries.stride
    push.length_stride = chosen.lengths.stride
    let tellPush = ListDispatch(
      rows: UInt32(rows), observation_words: UInt32(wordCount), observation_stride: step.observations.stride,
      row_index_stride: step.indices.stride, row_index_offset: 0, row_count_stride: step.counts.stride,
      entry_pitch: UInt32(list.capacity), entry_stride: told.entries.stride, length_stride: told.lengths.stride,
      symmetry_stride: 0, feature_words: 0)
    let share = Int(LISTED_GROUP_ROWS)
    try device.run { recorder in
      recorder.dispatch(
        choosing,
        step.bindings.merging(["entries": chosen.entries.window, "lengths": chosen.lengths.window]) { $1 }, push: push,
        groups: (rows + share - 1) / share)
      recorder.dispatch(
        listing,
        [
          "observations": step.observations.window, "row_indices": step.indices.window,
          "row_counts": step.counts.window, "entries": told.entries.window, "lengths": told.lengths.window,
        ], push: tellPush, groups: listing.groups(for: rows))
    }
    try step.expectTheRowsOfTheTwin()
    let (lengths, entries) = (try chosen.lengths.read()[0], try chosen.entries.read()[0])
    #expect(try told.lengths.read()[0] == lengths && Set(lengths).count > 1)
    #expect(try told.entries.read()[0] == entries)
    device.requireNoValidationMessages()
  }
}
