// Policies from elsewhere: exported ones play like the training that they come from, imported ones like exported ones.
import Files
import Foundation
import Networks
import Policies
import TestSupport
import Testing

@Suite struct ImportTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.url.appendingPathComponent("small.yaml"))
  }

  private func crossplay(_ arguments: String...) throws -> CommandRun {
    let run = try CommandRun(arguments, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    return run
  }

  private func refused(_ arguments: String...) throws -> String {
    let run = try CommandRun(arguments, in: folder.url)
    #expect(run.status != 0)
    return run.errors
  }

  private func train(_ output: String, _ overrides: String...) throws {
    _ = try CommandRun(
      ["train", "small.yaml", "--output", output, "--set", "total_env_steps=128"]
        + overrides.flatMap { ["--set", $0] }, in: folder.url)
  }

  private func text(_ path: String) throws -> String { try String(contentsOf: folder.file(path), encoding: .utf8) }

  @Test func exportedPoliciesPlayLikeTheirTraining() throws {
    try train("trained")
    _ = try crossplay("export", "trained", "--output", "exported")
    _ = try crossplay("evaluate", "trained", "--mode", "sampled,greedy")
    _ = try crossplay("evaluate", "exported", "--mode", "sampled,greedy", "--games", "16")
    // The same names, so the same decks and the same random numbers.
    #expect(try text("exported/evaluation/matrix.csv") == text("trained/evaluation/matrix.csv"))
    #expect(
      try crossplay("watch", "--policy", "exported:2", "--json").output.replacing("exported", with: "trained")
        == crossplay("watch", "--policy", "trained:2", "--json").output)

    let joined = try crossplay(
      "evaluate", "trained", "exported/entropy_coefficient=0.1_seed=1", "--output", "joined", "--mode",
      "greedy", "--json")
    let configurations = try joined.objects().compactMap { $0["configuration"] as? String }
    #expect(
      configurations == [
        "trained/entropy_coefficient=0.01", "entropy_coefficient=0.1_seed=1/entropy_coefficient=0.1",
        "trained/entropy_coefficient=0.1",
      ])
    #expect(try text("joined/matrix.csv").split(separator: "\n").count == 1 + 5 * 5)
    let record = try text("joined/evaluation.json")
    #expect(record.contains(#""configuration" : "entropy_coefficient=0.1_seed=1""#), "\(record)")
  }

  @Test func exportedPoliciesChangeTheirFormat() throws {
    try train("trained", "seeds=1", "sweep=")
    _ = try crossplay("export", "trained")
    let again = try crossplay("export", "trained/policies", "--format", "onnx", "--output", "onnx", "--json")
    let first = try PolicyFile.read(folder.file("trained/policies/seed=0/policy.safetensors"))
    #expect(try again.objects().first?["weight_hash"] as? String == first.weightHash)
    #expect(FileManager.default.fileExists(atPath: folder.file("onnx/seed=0/policy.onnx").path))
    #expect(try refused("evaluate", "onnx").contains("is a policy in ONNX; export it as safetensors"))
  }

  @Test func policiesThatDoNotBelongTogetherAreNamed() throws {
    try train("one", "seeds=1", "sweep=")
    try train("other", "seeds=1", "sweep=", "network.trunk=[24]")
    for name in ["one", "other"] { _ = try crossplay("export", name, "--output", "both/\(name)") }
    for name in ["one", "other"] {
      try FileManager.default.moveItem(at: folder.file("both/\(name)/seed=0"), to: folder.file("both/seed=\(name)"))
    }
    #expect(try refused("evaluate", "both").contains("is of another network, game or training than"))
    // Two of the same training under two names.
    try FileManager.default.removeItem(at: folder.file("both/seed=other"))
    try FileManager.default.copyItem(at: folder.file("both/seed=one"), to: folder.file("both/copy"))
    #expect(try refused("evaluate", "both").contains("holds two policies of the name seed=0"))
  }

  @Test(arguments: [
    "network={trunk: [16], actor: [12], critic: [8]}", "network={trunk: [16], gru: 8, actor: [], critic: [8]}",
  ])
  func importedPoliciesPlayLikeExportedOnes(network: String) throws {
    try train("trained", "seeds=[5]", "sweep=", network)
    _ = try crossplay("export", "trained")
    let exported = folder.file("trained/policies/seed=5")
    let policy = try PolicyFile.read(exported.appendingPathComponent("policy.safetensors"))
    try SafetensorsWriter.write(flaxTensors(policy), to: folder.file("weights.safetensors"))
    let shape = String(network.dropFirst("network=".count))
    let arguments = [
      "import", "weights.safetensors", "--environment", "hanabi", "--set", "environment.preset=tiny", "--set",
      "environment.players=2", "--set", "seeds=[5]", "--network", shape, "--output", "imported", "--json",
      "--examples", "trained/policies/seed=5/examples.safetensors",
    ]
    let imported = try CommandRun(arguments, in: folder.url)
    try #require(imported.status == 0, "\(imported.errors)")
    let object = try #require(try imported.objects().first)
    #expect(object["weight_hash"] as? String == policy.weightHash)
    #expect(object["example_rows"] as? Int == 256)
    let differences = try #require(object["differences"] as? [String: Double])
    #expect(differences["logits"] != nil && differences.values.allSatisfy { $0 < 1e-5 })
    #expect(try text("imported/policy.json").contains(#""imported_from" : "weights.safetensors""#))

    _ = try crossplay("evaluate", "trained", "--games", "16")
    _ = try crossplay("evaluate", "imported", "--games", "16")
    #expect(try text("imported/evaluation/matrix.csv") == text("trained/evaluation/matrix.csv"))
    #expect(try CommandRun(arguments, in: folder.url).errors.contains("holds a policy already"))
  }

  @Test func weightsOfAnotherNetworkAreRefused() throws {
    try train("trained", "seeds=1", "sweep=")
    _ = try crossplay("export", "trained")
    let policy = try PolicyFile.read(folder.file("trained/policies/seed=0/policy.safetensors"))
    try SafetensorsWriter.write(flaxTensors(policy), to: folder.file("weights.safetensors"))
    func problem(_ network: String, _ more: String...) throws -> String {
      let run = try CommandRun(
        [
          "import", "weights.safetensors", "--environment", "hanabi", "--set", "environment.preset=tiny", "--network",
          network, "--output", "imported",
        ] + more, in: folder.url)
      #expect(run.status != 0)
      return run.errors
    }
    #expect(try problem("{trunk: [17], actor: [16], critic: [16]}").contains("trunk.0.weight needs ["))
    #expect(
      try problem("{trunk: [16], actor: [16], critic: [16]}", "--set", "seeds=2").contains("give one seed and no sweep")
    )
    #expect(try problem("[16]").contains("network"))
    let tanh = "{trunk: [16], actor: [16], critic: [16], activation: tanh}"
    let examples = "trained/policies/seed=0/examples.safetensors"
    #expect(try problem(tanh, "--examples", examples).contains("logits differ"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("imported").path))
  }
}

/// A policy's tensors under the names of flax, as JaxMARL saves them.
private func flaxTensors(_ policy: Policy) -> [Tensor] {
  var written: [Tensor] = []
  var dense = 0
  // Every layer's weight, then its bias.
  for place in stride(from: 0, to: policy.parameters.count, by: 2) {
    let (weight, bias) = (policy.parameters[place], policy.parameters[place + 1])
    guard weight.name.hasPrefix("gru") else {
      let prefix = "params,Dense_\(dense)"
      written.append(Tensor("\(prefix),kernel", shape: weight.shape, weight.values))
      written.append(Tensor("\(prefix),bias", shape: bias.shape, bias.values))
      dense += 1
      continue
    }
    let ofInput = weight.name.hasPrefix("gru.input")
    let (rows, width) = (weight.shape[0], weight.shape[1] / 3)
    let gates = ofInput ? ["ir", "iz", "in"] : ["hr", "hz", "hn"]
    for gate in gates.indices {
      let name = gates[gate]
      let prefix = "params,ScannedRNN_0,GRUCell_0,\(name)"
      var kernel: [Float] = []
      for row in 0..<rows {
        let start = (3 * row + gate) * width
        kernel += weight.values[start..<start + width]
      }
      written.append(Tensor("\(prefix),kernel", shape: [rows, width], kernel))
      if ofInput {
        let part: [Float] = Array(bias.values[gate * width..<(gate + 1) * width])
        written.append(Tensor("\(prefix),bias", shape: [width], part))
      } else if name == "hn" {
        written.append(Tensor("\(prefix),bias", shape: [width], bias.values))
      }
    }
  }
  return written
}
