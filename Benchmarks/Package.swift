// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that the product does not depend on the benchmark library.
// `traits: []` leaves out its allocation interposers, whose packages are not needed here.
let package = Package(
  name: "crossplay-benchmarks",
  dependencies: [
    .package(name: "crossplay", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "CrossplayBenchmarks",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "CrossplayKit", package: "crossplay"),
      ],
      path: "Benchmarks/CrossplayBenchmarks",
      swiftSettings: [.swiftLanguageMode(.v6)],
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
