import CShaders
import Networks
import VulkanCompute

extension CellPlayer {
  /// Lists the rows that the policies of all seats look at.
  func recordRows(
    _ recorder: CommandRecorder, _ cells: Range<Int>, push: EvaluationDispatch
  ) -> Rows {
    let seats = 0..<cells.count * shape.agents
    let counts = RunWindow(buffers.rowCounts, runs: seats)
    let indices = RunWindow(buffers.rowIndices, runs: seats)
    let observations = Observations(RunWindow(buffers.transitions.observations.window(runs: cells), stride: 0))
    var bindings = [
      "legal_masks": buffers.transitions.legalMasks.window(runs: cells), "games": buffers.games.window(runs: cells),
      "row_indices": indices.window, "row_counts": buffers.rowCounts.whole,  // of every window of policies
      "workspace_rows": buffers.workspaceRows.window(runs: seats),
      "seat_windows": buffers.seatWindows.window(runs: seats),
    ]
    defer { recorder.barrier() }
    guard let states = buffers.hiddenStates, let resets = buffers.resets else {
      recorder.dispatch(listRows, bindings, push: push, groups: seats.count)
      return Rows(
        runs: seats.count, count: shape.environments, counts: counts, observations: observations, indices: indices)
    }
    bindings["resets"] = resets.window(runs: seats)
    bindings["dones"] = buffers.transitions.dones.window(runs: cells)
    recorder.dispatch(listRows, bindings, push: push, groups: listRows.groups(for: shape.environments), seats.count)
    return Rows(
      runs: seats.count, count: shape.environments, counts: counts, observations: observations, indices: indices,
      sequences: SequenceRows(
        sequences: shape.environments, steps: 1, states: RunWindow(states.window(runs: cells), stride: 0),
        stateRows: cells.count * shape.observationRows, indices: indices, resets: RunWindow(resets, runs: seats),
        keeping: .last))
  }
}
