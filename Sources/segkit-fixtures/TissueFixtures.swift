import MaskIO

/// Tissue under the electron microscope as colour-coded images: thin membranes between cells, their
/// nuclei and mitochondria, and smudges on the slide that nobody could label.
enum TissueFixtures {
  private static let membrane: UInt16 = 1
  private static let nucleus: UInt16 = 2
  private static let mitochondrion: UInt16 = 3
  /// Stands for the ignored colour; never a label in the files.
  private static let smudge: UInt16 = 4

  private static let classes: [(name: String, colour: RGB)] = [
    ("background", RGB(0, 0, 0)), ("membrane", RGB(128, 0, 0)), ("nucleus", RGB(0, 128, 0)),
    ("mitochondrion", RGB(128, 128, 0)),
  ]
  private static let ignored = RGB(224, 224, 192)

  static func write(to folder: inout FixtureFolder) throws {
    try writeColourMaps(to: &folder)
    let size = GridSize(columns: 112, rows: 96)
    var colours = [smudge: ignored]
    for (label, entry) in classes.enumerated() { colours[UInt16(label)] = entry.colour }
    for index in 1...3 {
      let name = "tissue_0\(index).png"
      var random = SeededRandom("colours/" + name)
      let tissue = Tissue(size, &random)
      // CVAT's file knows no ignored colour, so the last pair does without and can be read with either.
      let reference = tissue.drawn(size, hasSmudges: index < 3)
      let prediction = tissue.predicted(size, &random)
      try folder.writeColours(prediction, colours, withAlpha: index == 2, to: "colours/predictions/" + name)
      try folder.writeColours(reference, colours, withAlpha: index == 3, to: "colours/references/" + name)
    }
  }

  private static func writeColourMaps(to folder: inout FixtureFolder) throws {
    func numbers(_ colour: RGB) -> String { "\(colour.red),\(colour.green),\(colour.blue)" }
    let labels = classes.enumerated().map { "\"\($0)\": [\(numbers($1.colour))]" }.joined(separator: ", ")
    let json = "{\"labels\": {\(labels)}, \"ignore\": [[\(numbers(ignored))]]}\n"
    try folder.write(Array(json.utf8), to: "colours/colours.json")
    let lines = ["# label:color_rgb:parts:actions"] + classes.map { "\($0.name):\(numbers($0.colour))::" }
    try folder.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "colours/labelmap.txt")
  }

  /// Cells around scattered middles; a membrane is wherever two middles are about equally near.
  private struct Tissue {
    private var middles: [Point] = []
    private var organelles: [Structure] = []
    private var smudges: [Structure] = []
    private let bend: SmoothDisplacement

    init(_ size: GridSize, _ random: inout SeededRandom) {
      let spacing = 26.0
      for y in stride(from: -spacing / 2, to: size.extent.y + spacing, by: spacing) {
        for x in stride(from: -spacing / 2, to: size.extent.x + spacing, by: spacing) {
          let middle = Point(x + random.real(-8...8), y + random.real(-8...8), 0)
          middles.append(middle)
          let radii = Point(random.real(4.5...6.5), random.real(3.5...5), 1)
          organelles.append(Self.blob(nucleus, middle, radii, random.direction()))
          let outward = random.direction() * 9
          let beside = middle + Point(outward.x, outward.y, 0)
          organelles.append(Self.blob(mitochondrion, beside, Point(2.8, 1.6, 1), random.direction()))
        }
      }
      for _ in 0..<2 {
        let place = Point(random.real(0...size.extent.x), random.real(0...size.extent.y), 0)
        smudges.append(Self.blob(smudge, place, Point(11, 6, 1), random.direction()))
      }
      bend = SmoothDisplacement(size, amplitude: 3, cell: 12, &random)
    }

    func drawn(_ size: GridSize, hasSmudges: Bool) -> LabelGrid {
      LabelGrid(size) { column, row, slice in
        label(at: bent(size.point(column, row, slice)), hasSmudges ? smudges : [], thickness: 2.4)
      }
    }

    /// Membranes that wander and here and there break off, and organelles drawn a little too large.
    func predicted(_ size: GridSize, _ random: inout SeededRandom) -> LabelGrid {
      let shift = SmoothDisplacement(size, amplitude: 1.1, cell: 9, &random)
      let contrast = SmoothDisplacement(size, amplitude: 3, cell: 11, &random)
      return LabelGrid(size) { column, row, slice in
        let place = size.point(column, row, slice)
        let thickness = min(3, 3.2 + contrast.vector(at: place).x * 1.6)
        return label(at: bent(place + shift.vector(at: place)), [], thickness: thickness, margin: 0.3)
      }
    }

    private func bent(_ place: Point) -> Point { place + bend.vector(at: place) }

    private func label(at place: Point, _ above: [Structure], thickness: Double, margin: Double = 0) -> UInt16
    {
      if let top = above.last(where: { $0.shape.level(at: place, margin: 0) <= 1 }) { return top.label }
      var (nearest, second) = (Double.infinity, Double.infinity)
      for middle in middles {
        let distance = (place - middle).length
        second = min(second, max(nearest, distance))
        nearest = min(nearest, distance)
      }
      if second - nearest < thickness { return membrane }
      return organelles.last { $0.shape.level(at: place, margin: margin) <= 1 }?.label ?? 0
    }

    private static func blob(
      _ label: UInt16, _ centre: Point, _ radii: Point, _ axis: SIMD2<Double>
    ) -> Structure {
      Structure(name: "", label: label, shape: .ellipsoid(centre: centre, radii: radii, axis: axis))
    }
  }
}
