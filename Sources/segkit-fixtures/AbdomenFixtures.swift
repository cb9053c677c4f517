/// Livers with tumours and vessels: single images, volumes as folders of slices, and slices lying flat.
enum AbdomenFixtures {
  private static let liver: UInt16 = 1
  private static let tumour: UInt16 = 2
  private static let vessel: UInt16 = 3

  static func write(to folder: inout FixtureFolder) throws {
    try writeOrgans(to: &folder)
    try writeVolumes(to: &folder)
    try writeFlatStacks(to: &folder)
  }

  private static func writeOrgans(to folder: inout FixtureFolder) throws {
    let size = GridSize(columns: 192, rows: 160)
    let island = blob("island", liver, at: Point(162, 122, 0), radius: 8)
    let falseTumour = blob("false tumour", tumour, at: Point(70, 88, 0), radius: 6)
    // How many tumours there are, and what the model makes of it.
    let cases: [(tumours: Int, errors: PredictionErrors)] = [
      (2, PredictionErrors(shift: 1.2)),
      (2, PredictionErrors(shift: 1.6, margins: [liver: 2, tumour: 1])),
      (3, PredictionErrors(shift: 1.4, margins: [liver: -1.5, tumour: -1.2, vessel: -0.3])),
      (2, PredictionErrors(shift: 1.8, missed: ["tumour 2"])),
      (1, PredictionErrors(shift: 2, madeUp: [island])),
      (0, PredictionErrors(shift: 1.5, margins: [vessel: 0.4])),
      (0, PredictionErrors(shift: 1.7, madeUp: [falseTumour])),
      (2, PredictionErrors(shift: 4, cell: 24, margins: [liver: 1, tumour: 1.5], missed: ["vessel 3"])),
    ]
    for (index, (tumours, errors)) in cases.enumerated() {
      let name = "case_0\(index + 1).png"
      let (reference, prediction) = pair("organs/" + name, size, tumours: tumours, errors)
      try folder.writeGrey(prediction, to: "organs/predictions/" + name)
      try folder.writeGrey(reference, to: "organs/references/" + name)
    }
  }

  private static func writeVolumes(to folder: inout FixtureFolder) throws {
    let size = GridSize(columns: 64, rows: 48, slices: 12, thickness: 3)
    for (name, errors) in [
      ("patient_01", PredictionErrors(shift: 1)),
      ("patient_02", PredictionErrors(shift: 1.4, margins: [liver: 1])),
    ] {
      let (reference, prediction) = pair("volumes/" + name, size, tumours: 2, errors)
      // Without leading zeros: sorted as text, slice_10 would come before slice_2. The second patient's
      // references have them, so that a wrong order cannot hide by being the same on both sides.
      let isPadded = name == "patient_02"
      for slice in 0..<size.slices {
        let zero = isPadded && slice < 10 ? "0" : ""
        try folder.writeGrey(prediction, slice: slice, to: "volumes/predictions/\(name)/slice_\(slice).png")
        try folder.writeGrey(
          reference, slice: slice, to: "volumes/references/\(name)/slice_\(zero)\(slice).png")
      }
    }
  }

  private static func writeFlatStacks(to folder: inout FixtureFolder) throws {
    for (name, slices) in [("a", 4), ("b", 3)] {
      let size = GridSize(columns: 32, rows: 32, slices: slices, thickness: 6)
      let (reference, prediction) = pair("flat-stacks/" + name, size, tumours: 1, PredictionErrors(shift: 1))
      for slice in 0..<slices {
        try folder.writeGrey(
          prediction, slice: slice, to: "flat-stacks/predictions/\(name)_z00\(slice + 1).png")
        try folder.writeGrey(
          reference, slice: slice, to: "flat-stacks/references/\(name)_z00\(slice + 1).png")
      }
    }
  }

  private static func pair(
    _ name: String, _ size: GridSize, tumours: Int, _ errors: PredictionErrors
  ) -> (reference: LabelGrid, prediction: LabelGrid) {
    var random = SeededRandom(name)
    let phantom = abdomen(size, tumours: tumours, &random)
    return (phantom.drawn(size), errors.prediction(of: phantom, size, &random))
  }

  /// A liver of two lobes, three vessels that meet at its root, and tumours of falling size.
  private static func abdomen(_ size: GridSize, tumours: Int, _ random: inout SeededRandom) -> Phantom {
    let extent = size.extent
    // In an image everything lies at z = 0 and the radius along z does not matter.
    func place(_ x: Double, _ y: Double, _ z: Double) -> Point {
      extent * (Point(x, y, z) + Point(random.real(-0.03...0.03), random.real(-0.03...0.03), 0))
    }
    func radii(_ x: Double, _ y: Double, _ z: Double) -> Point {
      Point(extent.x * x, extent.y * y, max(1, extent.z * z))
    }
    let slant = SIMD2(0.96, -0.28)
    var structures = [
      Structure(
        name: "right lobe", label: liver,
        shape: .ellipsoid(centre: place(0.4, 0.52, 0.5), radii: radii(0.27, 0.36, 0.48), axis: slant)),
      Structure(
        name: "left lobe", label: liver,
        shape: .ellipsoid(centre: place(0.64, 0.38, 0.55), radii: radii(0.24, 0.19, 0.36), axis: slant)),
    ]
    let root = place(0.55, 0.6, 0.75)
    let thick = max(1.7, extent.x * 0.019)
    let branches = [
      (place(0.42, 0.55, 0.5), place(0.24, 0.36, 0.15)), (place(0.44, 0.68, 0.6), place(0.3, 0.74, 0.45)),
      (place(0.6, 0.42, 0.6), place(0.78, 0.34, 0.45)),
    ]
    for (index, (bend, end)) in branches.enumerated() {
      structures.append(
        Structure(
          name: "vessel \(index + 1)", label: vessel,
          shape: .vessel(from: root, towards: bend, to: end, radius: thick * (1 - 0.12 * Double(index)))))
    }
    let places = [place(0.3, 0.56, 0.4), place(0.5, 0.3, 0.55), place(0.7, 0.4, 0.6)]
    for (index, place) in places.prefix(tumours).enumerated() {
      let radius = extent.x * (0.062 - 0.017 * Double(index))
      structures.append(
        blob("tumour \(index + 1)", tumour, at: place, radius: radius, axis: random.direction()))
    }
    let bend = SmoothDisplacement(size, amplitude: extent.x * 0.035, cell: extent.x / 7, &random)
    return Phantom(structures: structures, bend: bend)
  }

  private static func blob(
    _ name: String, _ label: UInt16, at centre: Point, radius: Double, axis: SIMD2<Double> = SIMD2(0.8, 0.6)
  ) -> Structure {
    let radii = Point(radius * 1.2, radius * 0.9, radius * 1.6)
    return Structure(name: name, label: label, shape: .ellipsoid(centre: centre, radii: radii, axis: axis))
  }
}
