import Foundation
import LabelMaps
import MaskIO
import TestSupport
import Testing

@Suite("Volume files that nibabel and SimpleITK wrote (fixtures/volumefiles.json)")
struct VolumeFileTests {
  struct Written: Decodable {
    var name: String
    var open: String
    var files: [String: String]
    var shape, labels: [Int]
    var spacing: [Double]
    var directions: [[Double]]?
    var origin: [Double]
  }

  static let all: [Written] = {
    guard let data = FileManager.default.contents(atPath: TestFiles.fixture("volumefiles.json")) else {
      return []
    }
    return (try? JSONDecoder().decode([Written].self, from: data)) ?? []
  }()

  private static func lay(_ files: [String: String], in folder: String) throws {
    for (name, text) in files {
      try #require(Data(base64Encoded: text)).write(to: URL(filePath: folder + "/" + name))
    }
  }

  @Test("A file of voxels stands for the header beside it, whichever of the two is named")
  func pairs() throws {
    let pairs = Self.all.filter { $0.files.count == 2 }
    #expect(pairs.count >= 4)
    for one in pairs {
      try withTemporaryFolder { folder in
        try Self.lay(one.files, in: folder)
        for name in one.files.keys {
          let source = try MaskSource.at(folder + "/" + name)
          #expect(source.files == [folder + "/" + one.open], "\(name)")
        }
      }
    }
  }

  @Test("Labels, spacing and orientation as the other library reads them")
  func read() throws {
    #expect(Self.all.count == 70)
    for one in Self.all {
      try withTemporaryFolder { folder in
        try Self.lay(one.files, in: folder)
        let volume = try VolumeFile(contentsOf: folder + "/" + one.open)
        #expect((volume.isVolume ? [volume.slices] : []) + [volume.rows, volume.columns] == one.shape)
        var plane = MaskPlane()
        var labels: [Int] = []
        for slice in 0..<volume.slices {
          volume.load(slice, into: &plane)
          labels += (0..<plane.count).map { Int(plane[$0]) }
        }
        #expect(labels == one.labels, "\(one.name)")
        #expect(
          close(volume.geometry.spacing, one.spacing),
          "\(one.name): \(volume.geometry.spacing) \(one.spacing)")
        #expect(volume.geometry.isOriented == (one.directions != nil), "\(one.name)")
        if let directions = one.directions {
          #expect(zip(volume.geometry.directions, directions).allSatisfy { close($0, $1) }, "\(one.name)")
          #expect(close(volume.geometry.origin, one.origin), "\(one.name)")
        }
        // A folder of such files has them as masks, and their voxels as no strays.
        let listing = try FolderListing(folder)
        #expect(listing.masks == [one.open])
        #expect(listing.others.isEmpty, "\(one.name): \(listing.others)")
      }
    }
  }

  /// Single precision of NIfTI-1.
  private func close(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= 2e-5 * max(1, abs($1)) }
  }

  @Test("Reorienting moves each voxel to where its place is")
  func reorient() throws {
    let oriented = Self.all.filter { $0.shape.count == 3 && $0.directions != nil }
    for (one, other) in zip(oriented, oriented.dropFirst()) {
      try withTemporaryFolder { folder in
        try Self.lay(one.files, in: folder)
        try Self.lay(other.files, in: folder)
        let volume = try VolumeFile(contentsOf: folder + "/" + one.open)
        let target = try VolumeFile(contentsOf: folder + "/" + other.open)
        guard let turned = volume.reoriented(to: target.geometry) else { return }
        #expect(zip(turned.geometry.directions, target.geometry.directions).allSatisfy { close($0, $1) })
        // By the places of all voxels in millimetres, whatever the axes.
        let (before, after) = (Self.places(volume), Self.places(turned))
        #expect(before.count == after.count)
        for (own, moved) in zip(before, after) {
          #expect(own.label == moved.label && close(own.place, moved.place), "\(one.name) to \(other.name)")
        }
      }
    }
  }

  private static func places(_ volume: VolumeFile) -> [(place: [Double], label: UInt32)] {
    var plane = MaskPlane()
    var found: [(place: [Double], label: UInt32)] = []
    let geometry = volume.geometry
    for z in 0..<volume.slices {
      volume.load(z, into: &plane)
      for y in 0..<volume.rows {
        for x in 0..<volume.columns {
          var place = geometry.origin
          for (axis, index) in [z, y, x].enumerated() {
            for part in 0..<3 {
              place[part] += Double(index) * geometry.spacing[axis] * geometry.directions[axis][part]
            }
          }
          found.append((place, plane[y * volume.columns + x]))
        }
      }
    }
    return found.sorted { left, right in
      for part in 0..<3 where abs(left.place[part] - right.place[part]) > 1e-3 {
        return left.place[part] < right.place[part]
      }
      return false
    }
  }
}
