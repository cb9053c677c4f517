import MaskIO

/// Crowds of touching cells: as foreground, as numbered instances, and as black ink on white.
enum CellFixtures {
  static func write(to folder: inout FixtureFolder) throws {
    try writeBinary(to: &folder)
    try writeInstances(to: &folder)
    try writeBlackObjects(to: &folder)
  }

  /// Predictions as many programs save them (0 and 255), references as compactly as PNG can (1 bit).
  private static func writeBinary(to folder: inout FixtureFolder) throws {
    let size = GridSize(columns: 128, rows: 96)
    let margins = [0, 0.6, -0.7, 0.3]
    for (index, margin) in margins.enumerated() {
      let name = "cells_0\(index + 1).png"
      let (reference, prediction) = pair("binary/" + name, size, spacing: 15 + Double(index), margin: margin)
      try folder.writeGrey(
        reference.replacing { $0 == 0 ? 0 : 1 }, bitDepth: 1, to: "binary/references/" + name)
      try folder.writeGrey(prediction.replacing { $0 == 0 ? 0 : 255 }, to: "binary/predictions/" + name)
    }
  }

  /// The numbers of the cells have nothing to do with each other on the two sides.
  private static func writeInstances(to folder: inout FixtureFolder) throws {
    let size = GridSize(columns: 96, rows: 96)
    for (index, margin) in [0.3, -0.4].enumerated() {
      let name = "crowd_0\(index + 1).png"
      var random = SeededRandom("instances/ids/" + name)
      let (reference, prediction) = pair("instances/" + name, size, spacing: 18, margin: margin)
      for (side, grid) in [("references", reference), ("predictions", prediction)] {
        let ids = random.distinct(Int(grid.labels.max() ?? 0), in: 1...40_000)
        let numbered = grid.replacing { $0 == 0 ? 0 : UInt16(ids[Int($0) - 1]) }
        try folder.writeGrey(numbered, bitDepth: 16, to: "instances/\(side)/" + name)
      }
    }
  }

  private static func writeBlackObjects(to folder: inout FixtureFolder) throws {
    let size = GridSize(columns: 96, rows: 80)
    for (index, margin) in [0.5, -0.5].enumerated() {
      let name = "ink_0\(index + 1).png"
      let (reference, prediction) = pair("black-objects/" + name, size, spacing: 20, margin: margin)
      try folder.writeGrey(
        prediction.replacing { $0 == 0 ? 255 : 0 }, to: "black-objects/predictions/" + name)
      let inked = reference.replacing { $0 == 0 ? 0 : 1 }
      try folder.writeColours(
        inked, [0: RGB(255, 255, 255), 1: RGB(0, 0, 0)], to: "black-objects/references/" + name)
    }
  }

  /// A crowd numbered from 1, and what a model makes of it.
  private static func pair(
    _ name: String, _ size: GridSize, spacing: Double, margin: Double
  ) -> (reference: LabelGrid, prediction: LabelGrid) {
    var random = SeededRandom(name)
    let cells = crowd(size, spacing: spacing, &random)
    let bend = SmoothDisplacement(size, amplitude: 1.5, cell: 9, &random)
    let truth = Phantom(structures: cells, overlap: .nearest, bend: bend)
    var seen = truth
    seen.structures = mistaken(cells, &random)
    let errors = PredictionErrors(shift: 1, cell: 10, margins: [0: margin])
    return (truth.drawn(size), errors.prediction(of: seen, size, &random))
  }

  /// Cells on a shaken grid, large enough to touch their neighbours, a few places left empty.
  private static func crowd(_ size: GridSize, spacing: Double, _ random: inout SeededRandom) -> [Structure] {
    var cells: [Structure] = []
    for y in stride(from: spacing / 2, to: size.extent.y + spacing / 3, by: spacing) {
      for x in stride(from: spacing / 2, to: size.extent.x + spacing / 3, by: spacing) {
        let shaken = Point(
          x + random.real(-0.15...0.15) * spacing, y + random.real(-0.15...0.15) * spacing, 0)
        let radii = Point(random.real(0.46...0.62) * spacing, random.real(0.38...0.5) * spacing, 1)
        let shape = Shape.ellipsoid(centre: shaken, radii: radii, axis: random.direction())
        let isThere = !random.chance(0.22)
        if isThere {
          cells.append(Structure(name: "cell", label: UInt16(cells.count + 1), shape: shape))
        }
      }
    }
    return cells
  }

  /// One cell missed, two neighbours taken for one, one cell cut in two, one made up.
  private static func mistaken(_ cells: [Structure], _ random: inout SeededRandom) -> [Structure] {
    var seen = cells
    let chosen = random.distinct(3, in: 1...cells.count / 2 - 1).map { 2 * $0 }
    seen[chosen[1]].label = seen[chosen[1] - 1].label
    if case .ellipsoid(let centre, let radii, let axis) = cells[chosen[2]].shape {
      let half = Point(axis.x, axis.y, 0) * (radii.x / 2)
      let halfRadii = radii * Point(0.55, 0.95, 1)
      seen[chosen[2]].shape = .ellipsoid(centre: centre - half, radii: halfRadii, axis: axis)
      let other = Shape.ellipsoid(centre: centre + half, radii: halfRadii, axis: axis)
      seen.append(Structure(name: "cell", label: UInt16(cells.count + 1), shape: other))
      let speck = Shape.ellipsoid(centre: Point(4, 4, 0), radii: Point(2.5, 2, 1), axis: axis)
      seen.append(Structure(name: "cell", label: UInt16(cells.count + 2), shape: speck))
    }
    seen.remove(at: chosen[0])
    return seen
  }
}

extension LabelGrid {
  /// The same grid with other labels.
  func replacing(_ label: (UInt16) -> UInt16) -> LabelGrid {
    var other = self
    other.labels = labels.map(label)
    return other
  }
}
