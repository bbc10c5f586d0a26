// swift-tools-version: 6.1
import PackageDescription

/// Tests read every published run: what only computes is optimised in debug builds, too.
let pure: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
  name: "iomodes",
  products: [.executable(name: "iomodes", targets: ["iomodes"])],
  targets: [
    .target(name: "CLinux"),
    .target(name: "SystemCalls", dependencies: ["CLinux"]),
    .target(name: "Measurement", dependencies: ["SystemCalls"], swiftSettings: pure),
    .target(name: "Statistics", swiftSettings: pure),
    .executableTarget(name: "embed-files"),
    .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"], path: "Sources/EmbedFiles"),
    .target(name: "ProjectFiles", plugins: ["EmbedFiles"]),
    .target(name: "Plan", dependencies: ["Measurement", "Statistics"], swiftSettings: pure),
    .target(name: "Workloads", dependencies: ["CLinux", "SystemCalls", "Measurement", "Plan"]),
    .target(name: "Modes", dependencies: ["SystemCalls", "Measurement", "Plan", "Workloads"]),
    .target(
      name: "Primitives",
      dependencies: ["CLinux", "SystemCalls", "Measurement", "Statistics", "Plan", "Workloads", "Modes"],
      path: "Sources/Explain/Primitives", swiftSettings: pure),
    .target(name: "Records", dependencies: ["SystemCalls", "Measurement", "Plan"], swiftSettings: pure),
    .target(
      name: "Explain", dependencies: ["Measurement", "Statistics", "Plan", "Records"], exclude: ["Primitives"],
      swiftSettings: pure),
    .target(
      name: "Harness",
      dependencies: [
        "ProjectFiles", "SystemCalls", "Measurement", "Plan", "Workloads", "Modes", "Primitives", "Records",
        "Statistics",
      ]),
    .target(
      name: "Reporting",
      dependencies: ["ProjectFiles", "SystemCalls", "Measurement", "Plan", "Records", "Statistics", "Explain"],
      exclude: ["Study/FourWaysToWait.md"], swiftSettings: pure),
    .executableTarget(
      name: "iomodes",
      dependencies: [
        "Harness", "Reporting", "Records", "Statistics", "Measurement", "Plan", "Modes", "Workloads", "SystemCalls",
      ]),
    .executableTarget(
      name: "harness-benchmarks",
      dependencies: ["Harness", "Reporting", "Records", "Measurement", "Plan", "Modes", "Workloads", "SystemCalls"],
      path: "Benchmarks/harness"),

    .testTarget(name: "TestSupport"),
    .testTarget(name: "SystemCallsTests", dependencies: ["TestSupport", "SystemCalls"]),
    .testTarget(name: "PlanTests", dependencies: ["Plan", "Measurement"]),
    .testTarget(name: "MeasurementTests", dependencies: ["TestSupport", "Measurement", "SystemCalls"]),
    .testTarget(name: "StatisticsTests", dependencies: ["TestSupport", "Statistics"]),
    .testTarget(
      name: "WorkloadsTests", dependencies: ["TestSupport", "Plan", "Workloads", "Measurement", "SystemCalls"]),
    .testTarget(
      name: "ModeContractTests",
      dependencies: ["TestSupport", "Plan", "Modes", "Workloads", "Measurement", "SystemCalls"]),
    .testTarget(
      name: "PrimitivesTests", dependencies: ["Primitives", "Measurement", "SystemCalls"],
      path: "Tests/ExplainTests/Primitives"),
    .testTarget(
      name: "ExplainTests", dependencies: ["Explain", "Plan", "Modes", "Records", "Statistics"],
      exclude: ["Primitives"]),
    .testTarget(name: "RecordsTests", dependencies: ["Plan", "Records", "Measurement", "SystemCalls"]),
    .testTarget(
      name: "HarnessTests",
      dependencies: [
        "TestSupport", "ProjectFiles", "Harness", "Modes", "Records", "Reporting", "Measurement", "Plan", "Workloads",
        "Statistics", "SystemCalls",
      ]),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["TestSupport", "ProjectFiles", "Reporting", "Records", "Statistics", "Plan", "Measurement"]),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "TestSupport", "Harness", "Plan", "Modes", "Records", "Reporting", "Measurement", "Workloads", "SystemCalls",
      ]),
    .testTarget(
      name: "iomodesTests",
      dependencies: [
        "TestSupport", "iomodes", "harness-benchmarks", "Harness", "Plan", "Modes", "Records", "Measurement",
        "Workloads",
        "SystemCalls",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
