import Foundation
import Training
import VulkanCompute
@main struct CrossplayCommand { static func main() throws {
  let c = try TrainingConfiguration(contentsOf: CommandLine.arguments[1])
  let device = try Device(validation: CommandLine.arguments.count > 2 ? .synchronization : .off)
  let t0 = Date()
  let trainer = try Trainer(configuration: c, runs: c.runs, device: device)
  print(trainer.planText, trainer.dispatchesPerUpdate, Date().timeIntervalSince(t0))
  let t1 = Date()
  func show(_ m: [RunMetrics]?) {
    guard let m else { return }
    let r = m.compactMap { $0.episodeReturn }.reduce(0, +) / Float(m.count)
    print(m[0].update, m[0].envSteps, "return", r, "entropy", m[0].entropy, "kl", m[0].approximateKL, "ev", m[0].explainedVariance ?? -9, "gn", m[0].gradientNorm, "pl", m[0].policyLoss, "vl", m[0].valueLoss, "clip", m[0].clipFraction, "s", Date().timeIntervalSince(t1))
  }
  while !trainer.isFinished { show(try trainer.submitUpdate()) }
  show(try trainer.finishUpdate())
  print(device.validationMessages)
} }
