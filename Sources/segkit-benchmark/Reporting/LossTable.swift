import Foundation
internal import Platform
import TextFormats

/// Measurements beside each other: a column each, a row for every contender, ratio and comparison of numbers.
struct LossTable {
  /// What a time is given in.
  enum Unit: String {
    case nanosecondsPerVoxel = "ns/voxel"
    case microseconds = "µs"
    case milliseconds = "ms"
  }

  /// How the time of one contender compares with that of another.
  struct Quotient {
    let above: String
    let below: String
    var name: String { "\(above) ÷ \(below)" }
  }

  /// As `--part` knows it.
  let part: LossPart
  let title: String
  let unit: Unit
  let threads: Int
  /// Processor time is not disturbed by what else a machine does, but says nothing of threads.
  let isWall: Bool
  /// A row for each measurement, and a column for every contender.
  var isTransposed = false
  /// Of the measurements, those whose ratios have a mean.
  var bound: Set<String> = []
  var columns: [LossMeasurement] = []
  var quotients: [Quotient] = []

  private var contenders: [String] {
    columns.reduce(into: []) { names, column in
      for series in column.series where !names.contains(series.name) { names.append(series.name) }
    }
  }

  private func times(_ series: Series) -> (median: Double, least: Double) {
    isWall ? (series.wallMedian, series.wallLeast) : (series.cpuMedian, series.cpuLeast)
  }

  private func times(_ name: String, in column: LossMeasurement) -> (median: Double, least: Double)? {
    column.named(name).map(times).map { ($0.median * scale(column), $0.least * scale(column)) }
  }

  private func scale(_ column: LossMeasurement) -> Double {
    switch unit {
    case .nanosecondsPerVoxel: 1e9 / Double(column.voxels)
    case .microseconds: 1e6
    case .milliseconds: 1e3
    }
  }

  private func quotient(
    _ quotient: Quotient, in column: LossMeasurement
  ) -> (median: Double, least: Double)? {
    guard let above = times(quotient.above, in: column), let below = times(quotient.below, in: column) else {
      return nil
    }
    return (above.median / below.median, above.least / below.least)
  }

  /// For people.
  func print() {
    let clock = isWall ? "wall time" : "CPU time"
    Swift.print("\(title): \(unit.rawValue), \(clock), median (least)")
    if isTransposed { printRows() } else { printColumns() }
    for column in columns {
      for series in column.series {
        if let reason = series.unavailable {
          Swift.print("\(series.name), \(column.subject): absent: \(reason)")
        }
      }
      for agreement in column.agreements where !agreement.isClose {
        Swift.print("\(agreement.name), \(column.subject): NOT THE SAME NUMBERS, so its times say nothing")
      }
    }
    Swift.print()
  }

  private func printRows() {
    var table = TextTable([[""] + contenders + quotients.map(\.name) + ["numbers differ by"]])
    for column in columns {
      let cells = contenders.map { name in
        times(name, in: column).map { "\($0.median.text(3)) (\($0.least.text(3)))" } ?? "-"
      }
      let ratios = quotients.map { quotient in
        self.quotient(quotient, in: column).map { "\($0.median.text(2)) (\($0.least.text(2)))" } ?? "-"
      }
      let worst = column.agreements.map { max($0.value.isNaN ? 0 : $0.value, $0.array) }.max()
      table.add(
        [column.subject + (bound.contains(column.subject) ? "" : " *")] + cells + ratios
          + [worst.map(\.scientific) ?? "-"])
    }
    table.print()
    for quotient in quotients {
      let ratios = columns.filter { bound.contains($0.subject) && $0.agreements.allSatisfy(\.isClose) }
        .compactMap { self.quotient(quotient, in: $0) }
      guard !ratios.isEmpty else { continue }
      let mean = exp(ratios.reduce(0) { $0 + log($1.median) } / Double(ratios.count))
      let least = ratios.map(\.median).min() ?? .nan
      Swift.print(
        "\(quotient.name): geometric mean \(mean.text(2)) of \(ratios.count), the least \(least.text(2)) (without those marked *)"
      )
    }
  }

  private func printColumns() {
    var table = TextTable([[""] + columns.map(\.subject)])
    func row(_ name: String, _ digits: Int, _ cell: (LossMeasurement) -> (median: Double, least: Double)?) {
      let cells = columns.map { column in
        cell(column).map { "\($0.median.text(digits)) (\($0.least.text(digits)))" } ?? "-"
      }
      if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
    }
    for name in contenders { row(name, 3) { times(name, in: $0) } }
    for quotient in quotients { row(quotient.name, 2) { self.quotient(quotient, in: $0) } }
    for (name, difference) in [
      ("value", { (agreement: Agreement) in agreement.value }), ("array", { $0.array }),
    ] {
      for contender in contenders {
        let cells = columns.map { column in
          column.agreements.first { $0.name == contender }.map { difference($0).scientific } ?? "-"
        }
        if cells.contains(where: { $0 != "-" }) { table.add(["\(contender): \(name) differs by"] + cells) }
      }
    }
    table.print()
  }

  /// For programs.
  var lines: [JSONLine] {
    columns.flatMap { column in
      column.series.map { line($0, column) }
        + quotients.compactMap { quotient in
          self.quotient(quotient, in: column).map { ratio in
            JSONLine([
              "part": .text(part.rawValue), "subject": .text(column.subject), "voxels": .count(column.voxels),
              "ratio": .text(quotient.name), "median": .number(ratio.median), "minimum": .number(ratio.least),
            ])
          }
        }
    }
  }

  private func line(_ series: Series, _ column: LossMeasurement) -> JSONLine {
    let agreement = column.agreements.first { $0.name == series.name }
    return JSONLine([
      "part": .text(part.rawValue), "subject": .text(column.subject), "voxels": .count(column.voxels),
      "measure": .text(series.name), "threads": .count(threads), "runs": .count(series.runs.count),
      "cpu_median_s": .number(series.cpuMedian), "cpu_minimum_s": .number(series.cpuLeast),
      "wall_median_s": .number(series.wallMedian), "wall_minimum_s": .number(series.wallLeast),
      "median": .number(times(series).median * scale(column)),
      "minimum": .number(times(series).least * scale(column)), "unit": .text(unit.rawValue),
      "value_difference": agreement.map { .number($0.value) },
      "array_difference": agreement.map { .number($0.array) },
      "absent": series.unavailable.map(JSONLine.Value.text),
    ])
  }
}

extension Double {
  /// With two digits and a power of ten.
  fileprivate var scientific: String {
    isNaN ? "-" : isInfinite ? "∞" : Decimals.scientific(self, digits: 2)
  }
}
