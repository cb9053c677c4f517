// How other libraries read the axes of arrays: which is the class, and what a target's shape says.
import Autodiff

/// How a library reads the arrays of one of its losses.
public struct LibraryArrays: Sendable {
  enum Classes: Sendable {
    /// Axis 1: N, C, then space.
    case first
    /// Axis 1 where `mode` is multiclass; else all axes are alike.
    case firstOfClasses
    /// The last axis, or what the parameter `axis` says.
    case last
    /// The last axis, whatever `axis` says.
    case lastAlways
    /// All axes are alike: the loss is of single elements.
    case none
  }
  enum Target: Sendable {
    /// A number for each element.
    case same
    /// Labels where there is one channel and this flag is set, else a number for each element.
    case labelsIf(String)
    /// Labels in the prediction's shape without classes, or with one.
    case labels
    /// Labels where the shape has no classes, else a number for each element.
    case either
    /// What the parameter `mode` says: binary, multiclass or multilabel.
    case mode
  }
  let classes: Classes
  let target: Target
  /// Whether what is left without reduction has the class axis.
  var keepsClasses = true
  /// Whether the loss is an array, to be reduced by the caller.
  var isUnreduced = false

  var unreduced: LibraryArrays {
    var copy = self
    copy.isUnreduced = true
    return copy
  }

  static let monai = LibraryArrays(classes: .first, target: .labelsIf("to_onehot_y"))
}

/// How the arrays of one call are laid out.
public struct LibraryArrangement: Sendable {
  /// The prediction's.
  public let layout: Layout
  /// Axis i of what the layout describes is axis `order[i]` of the caller's array.
  let order: [Int]
  /// The caller's shape.
  let shape: [Int]
  /// Of the caller's axes, those that are classes.
  let classAxes: [Int]
  let keepsClasses: Bool
  /// Whether the target holds labels.
  public let targetIsLabels: Bool
  /// Labels with this value do not count.
  let ignored: Int?
  /// How many classes the prediction's labels have, where it holds labels.
  let predictionClasses: Int?
}

extension LibraryArrays {
  /// How arrays of these shapes are read.
  func arrangement(
    _ name: String, prediction shape: [Int], target: [Int], _ parameters: LossParameters
  ) throws(LossError) -> LibraryArrangement {
    for given in [shape, target] where (Layout.count(of: given) ?? 0) == 0 {
      throw .badLayout(axes: "", extents: given, reason: "no array with numbers has these extents")
    }
    // Labels stand for their one-hot arrays, with the classes after the batch.
    let predictionClasses = try predictionClasses(name, shape, target, parameters)
    let given = shape
    var shape = shape
    if let predictionClasses {
      if shape.count == 1 { shape.insert(1, at: 0) }
      // From here on every product of extents is a part of the whole, and fits as it does.
      guard shape.count > 1, Layout.count(of: shape + [predictionClasses]) != nil else {
        throw .badLayout(axes: "", extents: given, reason: "no labels that \(name) takes have these extents")
      }
      shape.insert(predictionClasses, at: 1)
    }
    let axes = try classAxes(name, shape, parameters)
    let others = shape.indices.filter { !axes.contains($0) }
    // The classes stand where the last of their axes does; several are put together there.
    var order: [Int] = []
    for axis in shape.indices where !axes.contains(axis) || axis == axes.last {
      order += axis == axes.last ? axes : [axis]
    }
    // Other axes are the batch, then space; what is too many joins the batch.
    let spaceNames = Array("zyx".suffix(min(max(others.count - 1, 0), 3)))
    var names = ""
    var extents: [Int] = []
    for axis in shape.indices {
      if axes.contains(axis) {
        guard axis == axes.last else { continue }
        names.append("c")
        extents.append(axes.reduce(1) { $0 * shape[$1] })
        continue
      }
      let position = others.firstIndex(of: axis) ?? 0
      let space = position - (others.count - spaceNames.count)
      if space >= 0 {
        names.append(spaceNames[space])
        extents.append(shape[axis])
      } else if names.last == "b" {
        extents[extents.count - 1] *= shape[axis]
      } else if names.contains("b") {
        throw .badSpecification(name, reason: "shape \(shape) has too many axes around the classes")
      } else {
        names.append("b")
        extents.append(shape[axis])
      }
    }
    let classCount = axes.reduce(1) { $0 * shape[$1] }
    let ignored = parameters.optionalNumber("ignore_index") ?? parameters.optionalNumber("ignore_class")
    return LibraryArrangement(
      layout: try Layout(names, extents), order: order, shape: predictionClasses == nil ? given : shape,
      classAxes: axes, keepsClasses: keepsClasses,
      targetIsLabels: isLabels(shape, target, axes, classCount, parameters),
      ignored: ignored.flatMap { Int(exactly: $0) }, predictionClasses: predictionClasses)
  }

  /// How many classes labels have that are given as the prediction.
  private func predictionClasses(
    _ name: String, _ shape: [Int], _ target: [Int], _ parameters: LossParameters
  ) throws(LossError) -> Int? {
    let format = parameters.word("input_format")
    guard format == "index" || (format == "mixed" && target.count == shape.count + 1) else { return nil }
    guard let count = parameters.optionalNumber("num_classes").flatMap({ Int(exactly: $0) }),
      (1...256).contains(count)
    else {
      throw .badSpecification(
        name, reason: "num_classes, from 1 to 256, is needed where the prediction holds labels")
    }
    return count
  }

  private func classAxes(
    _ name: String, _ shape: [Int], _ parameters: LossParameters
  ) throws(LossError) -> [Int] {
    switch classes {
    case .none: return []
    case .first:
      // Without a class of its own an array is all of one.
      if case .mode = target, parameters.word("mode") == "binary" { return [] }
      return shape.count > 1 ? [1] : []
    case .firstOfClasses: return parameters.word("mode") == "multiclass" && shape.count > 1 ? [1] : []
    case .lastAlways: return shape.isEmpty ? [] : [shape.count - 1]
    case .last:
      if shape.isEmpty { return [] }
      let given = parameters.numbers("axis") ?? parameters.optionalNumber("axis").map { [$0] } ?? [-1]
      var axes: [Int] = []
      for number in given {
        guard let axis = Int(exactly: number), (-shape.count..<shape.count).contains(axis) else {
          throw .badSpecification(name, reason: "there is no axis \(number) in a shape of \(shape)")
        }
        axes.append(axis < 0 ? axis + shape.count : axis)
      }
      guard Set(axes).count == axes.count else {
        throw .badSpecification(name, reason: "an axis comes twice in axis=\(given)")
      }
      return axes.sorted()
    }
  }

  private func isLabels(
    _ shape: [Int], _ target: [Int], _ axes: [Int], _ classCount: Int, _ parameters: LossParameters
  ) -> Bool {
    let sites = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }.reduce(1, *)
    let count = target.reduce(1, *)
    switch self.target {
    case .same: return false
    case .labels: return true
    case .labelsIf(let flag): return classCount > 1 && (parameters.flag(flag) || count == sites)
    case .either: return classCount > 1 && count == sites && target != shape
    case .mode: return parameters.word("mode") == "multiclass"
    }
  }

}
