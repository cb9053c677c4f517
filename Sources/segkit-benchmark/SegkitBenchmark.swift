import ArgumentParser

/// Measures `segkit` against the least that its work can cost, and against other tools, on the same files.
@main
struct SegkitBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segkit-benchmark",
    abstract: "Measures segkit against plain C loops and other tools, in turn and on the same files.",
    subcommands: [
      DataCommand.self, ScoreCommand.self, KernelCommand.self, LossCommand.self, SurfaceCommand.self,
    ])
}
