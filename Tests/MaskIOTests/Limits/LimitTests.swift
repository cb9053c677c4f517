import Foundation
import MaskIO
import SystemLimits
import TestSupport
import Testing

/// What files claim is held against limits before memory is taken. Serialized: the limits are the process's.
@Suite("Limits", .serialized)
struct LimitTests {
  @Test("More voxels than the limit are refused by every reader, with the flag that raises it")
  func voxels() throws {
    defer { ReadingLimits.voxels = ReadingLimits.standardVoxels }
    try withTemporaryFolder { folder in
      try write(
        PNGBytes.file(width: 4, height: 3, depth: 8, type: 0, samples: Array(0..<12)), to: folder + "/a.png")
      try NPYFile.write([UInt8](repeating: 1, count: 12), shape: [4, 3], to: folder + "/a.npy")
      try write(NIfTIBytes().bytes, to: folder + "/a.nii")
      for name in ["a.png", "a.npy", "a.nii"] {
        let read = {
          let path = folder + "/" + name
          switch name {
          case "a.png": _ = try PNGReader.image(contentsOf: path)
          case "a.npy": _ = try NPYFile(path)
          default: _ = try VolumeFile(contentsOf: path)
          }
        }
        // Other tests read meanwhile: the limit is low no longer than it must be.
        let readWithin = { (limit: Int) in
          ReadingLimits.voxels = limit
          defer { ReadingLimits.voxels = ReadingLimits.standardVoxels }
          try read()
        }
        try readWithin(12)
        let error = #expect(throws: MaskFileError.self, "\(name)") { try readWithin(11) }
        #expect(error?.reason.contains("--max-voxels") == true, "\(error?.reason ?? "")")
      }
    }
  }

  @Test("Data that unpacks to more than the limit is refused, with the flag that raises it")
  func expansion() throws {
    defer { ReadingLimits.expansion = ReadingLimits.standardExpansion }
    try withTemporaryFolder { folder in
      var large = NIfTIBytes(extents: [100, 100, 10])
      large.bytes += []
      let packed = large.gzipped()
      try write(packed, to: folder + "/a.nii.gz")
      _ = try VolumeFile(contentsOf: folder + "/a.nii.gz")
      let readWithinOne = {
        ReadingLimits.expansion = 1
        defer { ReadingLimits.expansion = ReadingLimits.standardExpansion }
        _ = try VolumeFile(contentsOf: folder + "/a.nii.gz")
      }
      // Stored, not packed: about as many bytes on both sides.
      try readWithinOne()
      large.put(20000, at: 46, Int16.self)
      try write(large.gzipped(), to: folder + "/a.nii.gz")
      let error = #expect(throws: MaskFileError.self) { try readWithinOne() }
      #expect(error?.reason.contains("--max-expansion") == true, "\(error?.reason ?? "")")
    }
  }

  @Test("More memory than there is is refused, whoever asks, and what is given back can be had again")
  func memory() throws {
    let all = FreeMemory.now.bytes
    #expect(all > 1 << 20)
    for bytes in [Int.max, 1 << 50, all + 1 << 30] {
      let error = #expect(throws: MaskFileError.self) { try FileMemory.check(bytes, for: "a.png") }
      #expect(error?.path == "a.png")
    }
    // A product beyond an Int is more than there is; less than nothing is nothing.
    for (count, size) in [(Int.max, 2), (1 << 61, 8), (1 << 33, 1 << 33)] {
      #expect(throws: MaskFileError.self) { try FileMemory.check(count, of: size, for: "a.png") }
    }
    for (count, size) in [(Int.min, 8), (-1, 1 << 40), (0, Int.max)] {
      try FileMemory.check(count, of: size, for: "a.png")
    }
    for _ in 0..<3 { try FileMemory.check(all / 4, for: "a.png") }
    // What several are about to take counts together.
    try FileMemory.during(all / 2, for: "a.png") { () throws(MaskFileError) in
      do throws(MaskFileError) {
        try FileMemory.check(all, for: "b.png")
        Issue.record("given twice")
      } catch {}
    }
  }

  @Test("A sparse file of 100 GB is refused by its first bytes, or for its size")
  func sparse() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.png"
      try write([], to: path)
      try #require(truncate(path, 100 << 30) == 0)
      #expect(throws: MaskFileError.self) { try PNGReader.image(contentsOf: path) }
      #expect(throws: MaskFileError.self) { try FileBytes.text(contentsOf: path) }
      let start = PNGBytes.signature + PNGBytes.header(4, 4, 8, 0)
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.write(contentsOf: start)
      try file.close()
      let error = #expect(throws: MaskFileError.self) { try PNGReader.image(contentsOf: path) }
      #expect(error?.reason.contains("more than an image of 4×4") == true, "\(error?.reason ?? "")")
    }
  }
}
