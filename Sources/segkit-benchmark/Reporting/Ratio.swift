/// How two contenders compare, and what is aimed at.
struct Ratio {
  enum Aim {
    case atMost(Double)
    case atLeast(Double)

    var number: Double {
      switch self {
      case .atMost(let bound), .atLeast(let bound): bound
      }
    }

    var sign: String {
      switch self {
      case .atMost: "≤"
      case .atLeast: "≥"
      }
    }

    func isMet(by value: Double) -> Bool {
      switch self {
      case .atMost(let bound): value <= bound
      case .atLeast(let bound): value >= bound
      }
    }
  }

  let name: String
  /// Of the medians over all runs.
  let median: Double
  /// Of the best runs.
  let least: Double
  let aim: Aim

  static let heading = ["", "of medians", "of minima", "aim", ""]

  var row: [String] {
    [
      name, median.text(2), least.text(2), "\(aim.sign) \(aim.number.text(2))",
      median.isNaN ? "not measured" : aim.isMet(by: median) ? "met" : "missed",
    ]
  }

  var json: JSONLine {
    JSONLine([
      "ratio": .text(name), "median": .number(median), "minimum": .number(least),
      "aim": .text("\(aim.sign) \(aim.number.text(2))"),
      "met": median.isNaN ? nil : .truth(aim.isMet(by: median)),
    ])
  }
}
