import SegmentationKit

// Files of voxels: whatever the bytes, an error or as many numbers as the header says.
extension FuzzTarget {
  func readVoxels(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .png: image(bytes)
    case .pngMask: mask(bytes)
    case .npy: Self.withFile("a.npy", bytes) { array($0) }
    case .npz: Self.withFile("a.npz", bytes) { array($0) }
    case .nifti: Self.withFile("a.nii", bytes) { volume($0) }
    case .niftiGzip: Self.withFile("a.nii.gz", bytes) { volume($0) }
    default: Self.withFile("a.mha", bytes) { volume($0) }
    }
  }

  private func image(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      guard let image = try? PNGReader.image(from: bytes) else { return false }
      let header = image.header
      let count = header.width * header.height * header.colourType.channels
      switch image.samples {
      case .uint8(let samples):
        Self.require(samples.count == count, "\(samples.count) samples of \(count)")
        let most = samples.max() ?? 0
        Self.require(header.bitDepth == 8 || most < 1 << header.bitDepth, "a sample of \(most)")
      case .uint16(let samples): Self.require(samples.count == count, "\(samples.count) samples of \(count)")
      }
      return true
    }
  }

  private func mask(_ bytes: [UInt8]) -> Bool {
    var plane = MaskPlane()
    guard bytes.withUnsafeBytes({ (try? plane.decode($0)) != nil }) else { return false }
    var sum: UInt32 = 0
    for index in 0..<plane.count { sum = max(sum, plane[index]) }
    Self.require(plane.count == plane.header.width * plane.header.height, "\(plane.count) numbers")
    Self.require(plane.kind != .palette || Int(sum) < max(plane.header.palette.count, 1), "index \(sum)")
    // The two ways to read one file agree.
    let whole = bytes.withUnsafeBytes { try? PNGReader.image(from: $0) }
    Self.require(whole != nil, "a mask, and no image")
    return true
  }

  private func array(_ path: String) -> Bool {
    guard let file = try? NPYFile(path), let numbers = try? file.numbers(as: Double.self) else {
      return false
    }
    Self.require(numbers.count == file.header.count, "\(numbers.count) numbers of \(file.header.count)")
    if let labels = try? LabelArray(file) {
      var plane = MaskPlane()
      for slice in 0..<labels.slices { labels.load(slice, into: &plane) }
    }
    _ = file.header.rowMajor(numbers)
    _ = try? ScalarField<Float>(contentsOf: .image(path), axes: "cyx")
    return true
  }

  private func volume(_ path: String) -> Bool {
    guard let volume = try? VolumeFile(contentsOf: path) else { return false }
    var plane = MaskPlane()
    for slice in 0..<volume.slices { volume.load(slice, into: &plane) }
    Self.require(plane.count == volume.rows * volume.columns, "\(plane.count) numbers")
    Self.require(
      volume.geometry.spacing.allSatisfy(Spacing.allowed.contains), "spacing \(volume.geometry.spacing)")
    _ = volume.reoriented(to: volume.geometry)
    _ = volume.geometry.letters
    return true
  }
}
