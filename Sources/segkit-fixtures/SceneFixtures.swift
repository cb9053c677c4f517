import MaskIO

/// Everyday scenes as palette images: the colours of the PASCAL VOC data set, void along the borders.
enum SceneFixtures {
  private static let void: UInt16 = 255

  static func write(to folder: inout FixtureFolder) throws {
    let size = GridSize(columns: 112, rows: 84)
    for index in 1...3 {
      let name = "scene_0\(index).png"
      var random = SeededRandom("palette/" + name)
      let phantom = scene(size, index, &random)
      let reference = phantom.drawn(size).outlined(with: void, reach: 1)
      let errors = PredictionErrors(shift: 2.5, cell: 16, margins: [0: random.real(-1...1)])
      let prediction = errors.prediction(of: phantom, size, &random)
      try write(prediction, bitDepth: 4, to: "palette/predictions/" + name, &folder)
      try write(reference, bitDepth: 8, to: "palette/references/" + name, &folder)
    }
  }

  private static func write(
    _ grid: LabelGrid, bitDepth: Int, to path: String, _ folder: inout FixtureFolder
  ) throws {
    let header = PNGHeader(
      width: grid.size.columns, height: grid.size.rows, bitDepth: bitDepth, colourType: .palette,
      palette: (0..<1 << bitDepth).map(colour))
    try folder.writePNG(grid.labels, header, to: path)
  }

  /// Bodies with heads, legs or wings of a few classes (the data set's numbers), some in front of others.
  private static func scene(_ size: GridSize, _ number: Int, _ random: inout SeededRandom) -> Phantom {
    let classes: [[UInt16]] = [[15, 12], [7, 15, 2], [1, 8, 9, 15]]
    var structures: [Structure] = []
    for (index, label) in classes[number - 1].enumerated() {
      let share = (Double(index) + 0.5) / Double(classes[number - 1].count)
      let centre = Point(size.extent.x * share, size.extent.y * random.real(0.4...0.6), 0)
      let body = Point(random.real(10...17), random.real(12...20), 1)
      let axis = SIMD2(0.96, random.chance(0.5) ? 0.28 : -0.28)
      structures.append(
        Structure(
          name: "body", label: label, shape: .ellipsoid(centre: centre, radii: body, axis: axis)))
      for side in [-1.0, 1.0] {
        let hip = centre + Point(side * body.x * 0.6, body.y * 0.5, 0)
        let foot = centre + Point(side * body.x * random.real(0.7...1.2), body.y * random.real(1.3...1.7), 0)
        let limb = Shape.vessel(
          from: hip, towards: hip + Point(side * 4, 4, 0), to: foot, radius: random.real(2...3))
        structures.append(Structure(name: "limb", label: label, shape: limb))
      }
    }
    let bend = SmoothDisplacement(size, amplitude: 4, cell: 20, &random)
    return Phantom(structures: structures, bend: bend)
  }

  /// The data set's colour of a class: the bits of its number dealt out to the channels, highest first.
  private static func colour(_ index: Int) -> RGB {
    var channels: [UInt8] = [0, 0, 0]
    for bit in 0..<8 where index >> bit & 1 == 1 { channels[bit % 3] |= 128 >> UInt8(bit / 3) }
    return RGB(channels[0], channels[1], channels[2])
  }
}
