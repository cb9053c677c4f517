import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("Volume files that claim what does not fit")
struct VolumeFileRefusalTests {
  /// What is wrong, how the file is spoilt, and a word of the error.
  static let spoilt: [(name: String, spoil: @Sendable (inout NIfTIBytes) -> Void, words: String)] = [
    ("no header", { $0.bytes = Array($0.bytes[..<100]) }, "too short"),
    ("another file", { $0.put(0x4E47_5089, at: 0, UInt32.self) }, "no NIfTI file"),
    ("Analyze", { $0.bytes.replaceSubrange(344..<348, with: [0, 0, 0, 0]) }, "Analyze"),
    ("no axes", { $0.put(0, at: 40, Int16.self) }, "dim[0]"),
    ("an empty axis", { $0.put(0, at: 42, Int16.self) }, "every axis needs voxels"),
    ("a negative axis", { $0.put(-3, at: 42, Int16.self) }, "every axis needs voxels"),
    (
      "time points",
      {
        $0.put(4, at: 40, Int16.self)
        $0.put(5, at: 48, Int16.self)
      }, "one time point"
    ),
    ("colour", { $0.put(128, at: 70, Int16.self) }, "datatype 128"),
    ("other bits", { $0.put(16, at: 72, Int16.self) }, "bitpix"),
    ("data in the header", { $0.put(Float(100), at: 108) }, "vox_offset"),
    ("data at NaN", { $0.put(Float.nan, at: 108) }, "vox_offset"),
    ("data beyond the end", { $0.put(Float(1e6), at: 108) }, "from byte 1000000"),
    ("too few voxels", { $0.bytes.removeLast() }, "the header says 12"),
    ("one slice too few in the header", { $0.put(1, at: 46, Int16.self) }, "6 others follow"),
    ("one column too few in the header", { $0.put(2, at: 42, Int16.self) }, "4 others follow"),
    (
      "half of the slices, zeros behind",
      {
        $0.put(1, at: 46, Int16.self)
        $0.bytes.replaceSubrange(358..., with: [0, 0, 0, 0, 0, 0])
      }, "6 others follow"
    ),
    ("a byte behind", { $0.bytes += [1] }, "1 others follow"),
    ("more axes than voxels", { $0.put(30000, at: 46, Int16.self) }, "the header says"),
    ("many bytes behind", { $0.bytes += [UInt8](repeating: 1, count: 5000) }, "others follow"),
    (
      "spacing 0",
      {
        $0.put(Float(0), at: 84)
        $0.put(0, at: 254, Int16.self)
      }, "pixdim"
    ),
    (
      "spacing NaN",
      {
        $0.put(Float.nan, at: 84)
        $0.put(0, at: 254, Int16.self)
      }, "pixdim"
    ),
    (
      "spacing infinite",
      {
        $0.put(Float.infinity, at: 88)
        $0.put(0, at: 254, Int16.self)
      }, "pixdim"
    ),
    ("no axes in space", { for at in 0..<12 { $0.put(Float(0), at: 280 + 4 * at) } }, "right angles"),
    ("sheared", { $0.put(Float(0.5), at: 284) }, "right angles"),
    ("place NaN", { $0.put(Float.nan, at: 292) }, "right angles"),
    (
      "intercept infinite",
      {
        $0.put(Float(1), at: 112)
        $0.put(Float.infinity, at: 116)
      }, "scl_inter"
    ),
    (
      "a negative label",
      {
        $0.put(256, at: 70, Int16.self)
        $0.bytes[355] = 0xFF
      }, "voxel [0, 1, 0]"
    ),
    ("a label beyond all", { $0.put(Float(1e12), at: 112) }, "no label"),
  ]

  @Test("Each has an error that names the file and the place", arguments: 0..<spoilt.count)
  func refused(index: Int) throws {
    let one = Self.spoilt[index]
    var file = NIfTIBytes()
    one.spoil(&file)
    try withTemporaryFolder { folder in
      for (path, bytes) in [(folder + "/a.nii", file.bytes), (folder + "/a.nii.gz", file.gzipped())] {
        try Data(bytes).write(to: URL(filePath: path))
        let error = #expect(throws: MaskFileError.self) { try VolumeFile(contentsOf: path) }
        #expect(error?.path == path)
        let isOffset = one.name == "data beyond the end" && path.hasSuffix("gz")
        let isPacked = path.hasSuffix("gz")
        let words =
          isOffset ? "more than" : one.name == "too few voxels" && isPacked ? "there are 11" : one.words
        #expect(
          error?.reason.contains(words) == true,
          "\(one.name): \(error?.reason ?? "")")
      }
    }
  }

  private func labels(_ bytes: [UInt8], _ name: String = "a.nii.gz") throws -> [UInt32] {
    try withTemporaryFolder { folder in
      try Data(bytes).write(to: URL(filePath: folder + "/" + name))
      let volume = try VolumeFile(contentsOf: folder + "/" + name)
      var plane = MaskPlane()
      var labels: [UInt32] = []
      for slice in 0..<volume.slices {
        volume.load(slice, into: &plane)
        labels += (0..<plane.count).map { plane[$0] }
      }
      return labels
    }
  }

  @Test("What is odd but plain is read")
  func odd() throws {
    let plain = try labels(NIfTIBytes().bytes, "a.nii")
    #expect(plain == (0..<12).map { UInt32($0 % 7) })
    var file = NIfTIBytes()
    file.put(Float(0), at: 108)
    #expect(try labels(file.bytes, "a.nii") == plain)
    // A factor that is no number is none (nifti1.h).
    file.put(Float.nan, at: 112)
    #expect(try labels(file.bytes, "a.nii") == plain)
    // Zeros that align the end, and are less than a row of any extent.
    file.bytes += [UInt8](repeating: 0, count: 3)
    #expect(try labels(file.bytes, "a.nii") == plain)
    #expect(try labels(file.gzipped()) == plain)
    // A name does not make a file packed.
    #expect(try labels(NIfTIBytes().bytes, "a.nii.gz") == plain)
    // One slice may have no thickness.
    var slice = NIfTIBytes(extents: [3, 4, 1])
    slice.put(Float(0), at: 88)
    for code in [Int16(0), 1] {
      slice.put(code, at: 254)
      slice.put(Float(0), at: 320)
      #expect(try labels(slice.bytes, "a.nii").count == 12)
    }
  }

  @Test(
    "An extent that is too small is found even where the voxels left over are background",
    arguments: 0..<3)
  func shortExtents(_ axis: Int) throws {
    for extents in [[6, 7, 8], [64, 64, 50], [5, 40, 3]] {
      var file = NIfTIBytes(extents: extents, voxels: [UInt8](repeating: 0, count: extents.reduce(1, *)))
      for less in 1...2 {
        file.put(Int16(extents[axis] - less), at: 42 + 2 * axis)
        for bytes in [file.bytes, file.gzipped()] {
          let error = #expect(throws: MaskFileError.self, "\(extents) less \(less)") { try labels(bytes) }
          #expect(error?.reason.contains("others follow") == true)
        }
      }
      // Two wrong extents may leave little over.
      file.put(Int16(extents[axis] - 1), at: 42 + 2 * axis)
      let next = (axis + 1) % 3
      file.put(Int16(extents[next] + 1), at: 42 + 2 * next)
      #expect(throws: MaskFileError.self) { try labels(file.bytes) }
    }
  }

  @Test("gzip: sums are checked, members may end anywhere, bombs are stopped")
  func gzip() throws {
    // Beyond one buffer of the reader, with members that end at, before and behind its border.
    let large = NIfTIBytes(extents: [100, 100, 60])
    let expected = try labels(large.bytes, "a.nii")
    let border = 1 << 18
    for size in (border - 80)..<(border + 20) {
      #expect(try labels(large.gzipped(memberSizes: [size, .max])) == expected, "member of \(size)")
    }
    #expect(throws: MaskFileError.self) { try labels(large.gzipped(spoilingSum: true)) }
    var padded = NIfTIBytes()
    padded.bytes += [UInt8](repeating: 0, count: 100)
    #expect(throws: MaskFileError.self) { try labels(padded.gzipped(spoilingSum: true)) }
    let whole = large.gzipped()
    for cut in [1, 4, 8, 9, 1000, 300_000] {
      #expect(throws: MaskFileError.self, "cut by \(cut)") { try labels(whole.dropLast(cut)) }
    }
    // A header that promises more than any packing gives.
    var bomb = NIfTIBytes()
    for axis in 0..<3 { bomb.put(2000, at: 42 + 2 * axis, Int16.self) }
    #expect(throws: MaskFileError.self) { try labels(bomb.gzipped()) }
  }

  @Test("A scale so small that labels could not be told apart makes fractions of them, and no 0")
  func tinySlope() throws {
    func isFractional(slope: Float, intercept: Float = 0) throws -> Bool {
      var file = NIfTIBytes()
      file.put(slope, at: 112)
      file.put(intercept, at: 116)
      return try withTemporaryFolder { folder in
        try Data(file.bytes).write(to: URL(filePath: folder + "/a.nii"))
        var plane = MaskPlane()
        try VolumeFile(contentsOf: folder + "/a.nii").load(0, into: &plane)
        return plane.kind == .fractional
      }
    }
    // The bytes of 1 in the wrong order, and other small ones.
    for slope in [Float(4.6e-41), 1e-30, 1e-9, 1e-7] { #expect(try isFractional(slope: slope), "\(slope)") }
    #expect(try !isFractional(slope: 1))
    #expect(try !isFractional(slope: 2, intercept: 3))
  }

  @Test("MetaImage headers that cannot be read exactly, and what may be left out")
  func metaImage() throws {
    let plain = [
      "NDims": "3", "DimSize": "3 2 2", "ElementType": "MET_UCHAR", "ElementSpacing": "1 1 2",
      "ElementDataFile": "LOCAL",
    ]
    func read(_ changes: [String: String?]) throws -> VolumeGeometry {
      var fields = plain
      for (name, value) in changes { fields[name] = value }
      let order = fields.keys.filter { $0 != "ElementDataFile" }.sorted() + ["ElementDataFile"]
      let header = order.compactMap { name in fields[name].map { "\(name) = \($0)\n" } }.joined()
      return try withTemporaryFolder { folder in
        try Data(Array(header.utf8) + (0..<12).map { UInt8($0) }).write(to: URL(filePath: folder + "/a.mha"))
        return try VolumeFile(contentsOf: folder + "/a.mha").geometry
      }
    }
    #expect(try read([:]).spacing == [2, 1, 1])
    #expect(try !read([:]).isOriented)
    #expect(
      try read(["NDims": "4", "DimSize": "3 2 2 1", "ElementSpacing": "1 1 2 1"]).spacing == [2, 1, 1])
    #expect(try read(["TransformMatrix": "0 1 0 1 0 0 0 0 -1"]).letters == "PLI")
    #expect(try read(["BinaryDataByteOrderMSB": "True", "ElementByteOrderMSB": "T"]).spacing == [2, 1, 1])
    #expect(throws: MaskFileError.self) {
      try read(["BinaryDataByteOrderMSB": "False", "ElementByteOrderMSB": "True"])
    }
    for (name, value) in [
      ("NDims", "9"), ("NDims", "three"), ("DimSize", "3 2"), ("DimSize", "3 2 0"), ("DimSize", "3 2 -2"),
      ("DimSize", "9999999 9999999 9999999"), ("DimSize", "3 2 3"), ("ElementType", "MET_UCHAR_ARRAY"),
      ("ElementSpacing", "1 0 1"), ("ElementSpacing", "1 nan 1"), ("ElementSpacing", "1 1"),
      ("TransformMatrix", "0 0 0 0 0 0 0 0 0"), ("TransformMatrix", "1 1 0 0 1 0 0 0 1"),
      ("TransformMatrix", "1 0 0"), ("Offset", "inf 0 0"), ("BinaryData", "False"),
      ("CompressedData", "True"), ("HeaderSize", "10"),
      ("ElementNumberOfChannels", "3"), ("ElementDataFile", "LIST"), ("ElementDataFile", "nowhere.raw"),
      ("HeaderSize", "-7"), ("HeaderSize", "x"), ("ElementSpacing", "1 abc 1 2"),
      ("ElementSpacing", "1 1 2 x"),
      ("DimSize", "3 x 2 2"), ("DimSize", "3 2 2 abc"), ("Offset", "0 0 0 zero"), ("ObjectType", "Tube"),
      ("ElementSpacing", "1e308 1 1"), ("ElementSpacing", "1 1e-308 1"),
      // As MetaIO has them: words and fields as they are written, numbers in decimal notation, no byte that is no text.
      ("BinaryData", "e1True"), ("BinaryData", "xTrue"), ("ElementType", "MET_UChAR"),
      ("ElementType", "met_uchar"),
      ("ElementDataFile", "lOCAL"), ("ElementSpacing", "0x1 1 2"), ("ElementSpacing", "1\u{0}5 1 2"),
      ("TransformMatrix", "0x1 0 0 0 1 0 0 0 1"), ("ObjectType", "image"), ("Ob\u{6}ctType", "Image"),
      ("Comment", "a\u{0}b"),
    ] {
      let changes = name == "HeaderSize" ? [name: value, "ElementDataFile": "a.raw"] : [name: value]
      #expect(throws: MaskFileError.self, "\(name) = \(value)") { _ = try read(changes) }
    }
  }
}
