import ArgumentParser
import SegmentationKit

/// `segkit list`: everything there is, with names and meaning.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "List the metrics, the conventions, the losses, other libraries' losses and the policies for empty masks.",
    subcommands: [Metrics.self, Conventions.self, Losses.self, Presets.self, Empty.self])

  struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Every metric: name, formula, other names.")

    func run() {
      for entry in OverlapMetric.catalogue {
        Self.show(entry.name, entry.formula, entry.aliases)
      }
      Terminal.out(
        "\nof surfaces, borders and centrelines (.erosion6, .erosion26, .surfel, .voxels choose the surface)\n"
      )
      for entry in SegmentationMetric.shapeCatalogue { Self.show(entry.name, entry.meaning, entry.aliases) }
      Terminal.out("\nof objects (@V: paired by an IoU above V)\n")
      for metric in ObjectMetric.allCases { Self.show(metric.rawValue, metric.formula, []) }
      Terminal.out("\nof lesions, one by one (--lesions; --penalty for the missed)\n")
      for entry in LesionMetric.catalogue { Self.show(entry.name, entry.formula, []) }
    }

    private static func show(_ name: String, _ meaning: String, _ aliases: [String]) {
      let aliases = aliases.isEmpty ? "" : "  (also \(aliases.joined(separator: ", ")))"
      Terminal.out("\(name.column(28))\(meaning)\(aliases)\n")
    }
  }

  struct Losses: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every loss: formula, parameters with defaults, source, derivatives.")

    func run() {
      for family in LossEntry.Family.allCases {
        let entries = LossRegistry.entries.filter { $0.family == family }
        if entries.isEmpty { continue }
        Terminal.out("\(family.rawValue)\n")
        for entry in entries {
          Terminal.out("  \(entry.name)\n      \(entry.formula)\n")
          let parameters = entry.parameters.map { "\($0.name)=\($0.standard)" }
          if !parameters.isEmpty { Terminal.out("      \(parameters.joined(separator: ", "))\n") }
          Terminal.out("      \(entry.source); Hessian diagonal: \(entry.derivatives.rawValue)\n")
        }
      }
    }
  }

  struct Presets: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Other libraries' losses, by their own names, with their own defaults.",
      discussion: """
        Called as segkit loss LIBRARY/NAME:argument=value,… PREDICTION TARGET, on arrays in the library's own \
        order of axes. Lists are written with /, None as none.
        """)
    @Argument(help: "Only this library's.") var library: String?

    func run() throws {
      let found = LibraryPreset.all.filter { library == nil || $0.name == library?.lowercased() }
      guard !found.isEmpty else {
        Terminal.error(
          "there is no preset \"\(library ?? "")\"; there are "
            + LibraryPreset.all.map(\.name).joined(separator: ", "))
        throw ExitStatus.usage
      }
      for preset in found {
        Terminal.out("\(preset.name)  \(preset.title)\n")
        for entry in preset.entries {
          Terminal.out("  \(preset.name)/\(entry.name)\n      \(entry.formula)\n")
          let parameters = entry.parameters.map { "\($0.name)=\($0.standard)" }
          if !parameters.isEmpty { Terminal.out("      \(parameters.joined(separator: ", "))\n") }
        }
      }
    }
  }

  struct Conventions: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every convention: whose it is, what its names mean, its metrics.")

    func run() {
      for convention in Convention.all {
        Terminal.out("\(convention.name)\n    \(convention.summary)\n")
        var choices = [
          "surface \(convention.shapes.surface.rawValue)", "empty masks as \(convention.empty.name)",
        ]
        if let penalty = convention.shapes.penalty { choices.append("penalty \(penalty.name)") }
        choices.append(
          "objects by \(convention.shapes.connectivity.title) neighbours, \(convention.shapes.matching.name)")
        Terminal.out("    \(choices.joined(separator: ", "))\n")
        if convention.metrics.contains(where: { $0.hasPrefix("lesionwise") }) {
          Terminal.out("    lesions \(convention.shapes.lesions.name)\n")
        }
        for (name, meaning) in convention.meanings.sorted(by: { $0.key < $1.key }) {
          Terminal.out("    \(name) is \(meaning)\n")
        }
        Terminal.out("    metrics \(convention.metrics.joined(separator: ", "))\n")
      }
    }
  }

  struct Empty: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every policy for empty masks, and whose it is.")

    func run() {
      for policy in EmptyPolicy.all { Terminal.out("\(policy.name.column(18))\(policy.summary)\n") }
    }
  }
}

extension String {
  fileprivate func column(_ width: Int) -> String {
    (self + " ").padded(to: width)
  }
}
