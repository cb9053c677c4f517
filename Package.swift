// swift-tools-version: 6.2
import PackageDescription

// CI sets this so that a warning fails the build there and never in somebody else's checkout.
let strict: [SwiftSetting] =
  Context.environment["SEGKIT_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]
let strictC: [CSetting] =
  Context.environment["SEGKIT_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "SegmentationKit",
  products: [
    .library(name: "SegmentationKit", targets: ["SegmentationKit"]),
    .library(name: "SegmentationMetrics", targets: ["SegmentationMetrics"]),
    .library(name: "SegmentationLosses", targets: ["SegmentationLosses"]),
    .library(name: "Autodiff", targets: ["Autodiff"]),
    .executable(name: "segkit", targets: ["segkit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // The C library of the platform, kept out of what importers of this package see.
    .target(name: "Platform", swiftSettings: strict),

    // What the system still gives: memory, threads, file descriptors. Asked before any of it is taken.
    .target(name: "SystemLimits", dependencies: ["Platform"], swiftSettings: strict),

    // Text that people and programs read: numbers, tables, CSV, JSON, names that are nearly right. Knows no Foundation.
    .target(name: "TextFormats", swiftSettings: strict),

    // Values every module speaks of: label maps, shapes, spacing, label names. Knows no file format.
    .target(name: "LabelMaps", dependencies: ["TextFormats"], swiftSettings: strict),

    // C at the boundary to libpng, and the leaf kernels.
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CPNG", dependencies: ["CLibPNG", "CZlib"], cSettings: strictC),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CLabelKernels", cSettings: strictC),
    .target(name: "CDistanceKernels", cSettings: strictC, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CVectorMath", cSettings: strictC, linkerSettings: [.linkedLibrary("m")]),

    // The library, each module importing only those above it.
    .target(
      name: "Autodiff", dependencies: ["CVectorMath", "Platform", "SystemLimits"], swiftSettings: strict),
    .target(
      name: "DistanceTransform", dependencies: ["CDistanceKernels", "SystemLimits"], swiftSettings: strict),
    .target(
      name: "SegmentationLosses",
      dependencies: ["Autodiff", "DistanceTransform", "Platform", "SystemLimits", "TextFormats"],
      swiftSettings: strict),
    .target(
      name: "MaskIO",
      dependencies: [
        "CPNG", "CLabelKernels", "CZlib", "LabelMaps", "Platform", "SystemLimits", "TextFormats",
      ],
      swiftSettings: strict),
    .target(
      name: "SegmentationMetrics",
      dependencies: [
        "CDistanceKernels", "CLabelKernels", "DistanceTransform", "LabelMaps", "SystemLimits", "TextFormats",
      ],
      swiftSettings: strict),
    .target(
      name: "SegmentationScoring",
      dependencies: [
        "LabelMaps", "MaskIO", "Platform", "SegmentationLosses", "SegmentationMetrics", "SystemLimits",
        "TextFormats",
      ],
      swiftSettings: strict),
    .target(
      name: "SegmentationReports",
      dependencies: [
        "LabelMaps", "MaskIO", "SegmentationMetrics", "SegmentationScoring", "TextFormats",
      ],
      swiftSettings: strict),
    .target(
      name: "SegmentationKit",
      dependencies: [
        "Autodiff", "LabelMaps", "MaskIO", "SegmentationLosses", "SegmentationMetrics",
        "SegmentationScoring", "SegmentationReports",
      ],
      swiftSettings: strict),

    // The command, the maker of `fixtures/`, and the benchmark.
    .executableTarget(
      name: "segkit",
      dependencies: ["Platform", "SegmentationKit", "SystemLimits", "TextFormats", argumentParser],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "segkit-examples", dependencies: ["SegmentationLosses"], swiftSettings: strict),
    .executableTarget(
      name: "segkit-fixtures", dependencies: ["MaskIO", "LabelMaps", "Platform"], swiftSettings: strict),
    .target(name: "CDecodeLoops", dependencies: ["CLibPNG"], cSettings: strictC),
    .target(name: "CLossLoops", cSettings: strictC),
    .executableTarget(
      name: "segkit-benchmark",
      dependencies: [
        "CDecodeLoops", "CLabelKernels", "CLossLoops", "DistanceTransform", "MaskIO", "Platform",
        "SegmentationKit",
        "SegmentationLosses", "TextFormats",
        argumentParser,
      ],
      exclude: ["Peers"], swiftSettings: strict),

    // What hostile bytes are thrown at; the program that throws them is built on demand, below.
    .target(
      name: "FuzzTargets", dependencies: ["SegmentationKit", "TextFormats"], path: "Tests/Fuzz/Targets",
      swiftSettings: strict),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"], path: "Tests/FuzzTests",
      swiftSettings: strict),

    // Tests mirror the modules.
    .target(
      name: "TestSupport", dependencies: ["LabelMaps", "MaskIO", "SegmentationMetrics"],
      path: "Tests/TestSupport", swiftSettings: strict),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter", cSettings: strictC),
    .testTarget(
      name: "CVectorMathTests", dependencies: ["CVectorMath"], swiftSettings: strict),
    .testTarget(
      name: "AutodiffTests", dependencies: ["Autodiff", "SystemLimits", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "SegmentationLossesTests",
      dependencies: ["CAllocationCounter", "SegmentationLosses", "SystemLimits", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "DistanceTransformTests", dependencies: ["DistanceTransform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TextFormatsTests", dependencies: ["MaskIO", "TestSupport", "TextFormats"], swiftSettings: strict),
    .testTarget(
      name: "LabelMapsTests", dependencies: ["LabelMaps"], swiftSettings: strict),
    .testTarget(
      name: "MaskIOTests", dependencies: ["MaskIO", "SystemLimits", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "SegmentationMetricsTests", dependencies: ["SegmentationMetrics", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "SegmentationScoringTests",
      dependencies: ["SegmentationScoring", "SegmentationReports", "TestSupport", "TextFormats"],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["segkit", "MaskIO", "TestSupport", "TextFormats"],
      swiftSettings: strict),
  ]
)

// A fuzzer has no main of its own, and links only with its sanitizer: Tests/Fuzz/build sets this.
if Context.environment["SEGKIT_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "segkit-fuzz", dependencies: ["FuzzTargets", "SegmentationKit"], path: "Tests/Fuzz/Main",
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
  package.products.append(.executable(name: "segkit-fuzz", targets: ["segkit-fuzz"]))
}
