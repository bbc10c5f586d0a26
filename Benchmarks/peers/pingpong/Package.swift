// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "pingpong",
  targets: [
    .target(name: "CEpoll"),
    .executableTarget(name: "pingpong", dependencies: ["CEpoll"]),
  ],
  swiftLanguageModes: [.v6]
)
