import FoundationEssentials
import MaskIO

/// Small files and texts that are accepted, for a fuzzer to begin with: a folder for each of its targets.
enum FuzzSeeds {
  static func write(to folder: inout FixtureFolder) throws {
    for target in ["png", "png-mask"] {
      try PNGVariants.write(to: &folder, place: target)
      try DamagedFiles.write(to: &folder, place: target)
    }
    try writeArrays(to: &folder)
    try writeVolumes(to: &folder)
    for (target, texts) in texts {
      for (number, text) in texts.enumerated() {
        try folder.write(Array(text.utf8), to: "\(target)/\(number)")
      }
    }
  }

  private static func writeArrays(to folder: inout FixtureFolder) throws {
    // So that the folders are there.
    try folder.write([0x93] + Array("NUMPY".utf8), to: "npy/short.npy")
    try folder.write(Array("PK".utf8), to: "npz/short.npz")
    for (name, shape) in [("1", [6]), ("2", [2, 3]), ("3", [1, 2, 3])] {
      for isFortran in [false, true] {
        let root = folder.root
        let ending = name + (isFortran ? "f" : "c")
        func both<Element: NPYElement>(_ type: String, _ numbers: [Element]) throws {
          try NPYFile.write(
            numbers, shape: shape, fortranOrder: isFortran, to: "\(root)/npy/\(type)-\(ending).npy")
          try NPYFile.write(
            numbers, shape: shape, fortranOrder: isFortran, to: "\(root)/npz/\(type)-\(ending).npz::a")
        }
        try both("u1", [0, 1, 2, 3, 4, 255] as [UInt8])
        try both("i2", [0, 1, 2, 300, 4, 5] as [Int16])
        try both("u4", [0, 1, 2, 3, 4, .max] as [UInt32])
        try both("i8", [0, 1, 2, 3, 4, 5] as [Int64])
        try both("f4", [0, 0.5, 1, 0.25, .infinity, 1] as [Float])
        try both("f8", [0, 0.5, 1, 0.25, 1, 1] as [Double])
        try both("b1", [true, false, true, true, false, true])
      }
    }
  }

  private static func writeVolumes(to folder: inout FixtureFolder) throws {
    for (name, type, size) in [("u1", 2, 1), ("i2", 4, 2), ("f4", 16, 4), ("f8", 64, 8)] {
      let bytes = nifti(type: type, size: size)
      try folder.write(bytes, to: "nifti/\(name).nii")
      try folder.write(gzipped(bytes), to: "nifti-gzip/\(name).nii.gz")
    }
    for (name, type, size) in [("u1", "MET_UCHAR", 1), ("i2", "MET_SHORT", 2), ("f4", "MET_FLOAT", 4)] {
      let header = """
        ObjectType = Image
        NDims = 3
        BinaryData = True
        BinaryDataByteOrderMSB = False
        TransformMatrix = 1 0 0 0 1 0 0 0 1
        Offset = 0 0 0
        ElementSpacing = 0.5 0.5 2
        DimSize = 2 3 2
        ElementType = \(type)
        ElementDataFile = LOCAL

        """
      try folder.write(
        Array(header.utf8) + [UInt8](repeating: 0, count: 12 * size), to: "meta-image/\(name).mha")
    }
  }

  /// A NIfTI-1 file of 2×3×2 zeros.
  private static func nifti(type: Int, size: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 352 + 12 * size)
    func put(_ number: UInt32, _ count: Int, at offset: Int) {
      for index in 0..<count {
        bytes[offset + index] = UInt8(truncatingIfNeeded: number >> UInt32(8 * index))
      }
    }
    put(348, 4, at: 0)
    for (index, extent) in [3, 2, 3, 2, 1, 1, 1, 1].enumerated() {
      put(UInt32(extent), 2, at: 40 + 2 * index)
    }
    put(UInt32(type), 2, at: 70)
    put(UInt32(8 * size), 2, at: 72)
    for index in 0...3 { put(Float(1).bitPattern, 4, at: 76 + 4 * index) }
    put(Float(352).bitPattern, 4, at: 108)
    put(Float(1).bitPattern, 4, at: 112)
    put(1, 2, at: 254)
    for row in 0..<3 { put(Float(1).bitPattern, 4, at: 280 + 20 * row) }
    bytes.replaceSubrange(344..<348, with: Array("n+1\0".utf8))
    return bytes
  }

  /// One gzip member of one stored block (RFC 1951, 1952).
  private static func gzipped(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ number: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
    }
    let count = UInt32(bytes.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(count, 2) + little(~count, 2) + bytes
      + little(PNGChunks.crc32(bytes), 4) + little(count, 4)
  }

  private static let record =
    #"{"case": "a", "prediction_file": "p/a.png", "reference_file": "r/a.png", "shape": [4, 4], "spacing": [1.0, 1.0], "spacing_unit": "px", "status": "ok", "groups": {"site": "x"}, "voxels": 16, "ignored_voxels": 0, "correct_voxels": 15, "metrics": {"1": {"Dice": 0.9, "IoU": 0.8, "TP": 4, "FP": 1, "FN": 0, "TN": 11, "n_pred": 5, "n_ref": 4, "objects": {"TP": 1, "FP": 0, "FN": 0, "iou_sum": 0.8, "dice_sum": 0.9}}}, "losses": {"dice": 0.1}, "confusion": [[0, 0, 11], [0, 1, 1], [1, 1, 4], [2, null, 1]]}"#

  private static let settings =
    #"{"labels": [{"label": 1, "name": "liver"}, {"region": "whole", "labels": [1, 2]}], "background": 0, "ignore_labels": [255], "decoding": {"prediction": "labels", "reference": "colour-map", "palette": "index", "colour_map": {"labels": {"1": [128, 0, 0]}, "ignore": [[224, 224, 192]]}, "relabel_prediction": {"7": 3}}, "metrics": ["dice", "hd95", "nsd@2"], "empty": "monai", "convention": "monai", "shapes": {"surface": "erosion6", "distance": "euclidean", "connectivity": "corners", "matching": "iou>0.5", "instances": "components", "lesions": "dilation=3,above=50", "tolerances": {"1": 2.0}, "penalty": "diagonal"}, "losses": ["dice", "tversky:alpha=0.3"], "soft": {"probabilities": true, "axes": "cyx", "activation": "softmax", "threshold": 0.5}, "spacing": [3.0, 0.8, 0.8], "cases": {"volumes": true, "stack": "(.*)_z([0-9]+)", "missing": "worst", "extra": "ignore"}}"#

  private static let texts: KeyValuePairs<String, [String]> = [
    "labels": ["1=liver,2=tumour,whole=1+2", "1,2,3", "0=background"],
    "labels-file": [
      "1 liver\n2 tumour\n", "1=liver\nwhole=1+2\n", #"{"1": "liver", "whole": [1, 2]}"#,
      #"{"labels": {"background": 0, "liver": 1, "ignore": 3}}"#,
    ],
    "manifest": [
      "case,prediction,reference\na,p/a.png,r/a.png\n",
      "case,prediction,reference,spacing,mask,site\n\"a,1\",p/a.png,r/a.png,3x0.8x0.8,,\"x \"\"y\"\"\"\n'=b,,r/b.png,,,'-z\n",
    ],
    "colour-map": [
      #"{"labels": {"0": [0,0,0], "1": [128,0,0]}, "ignore": [[224,224,192]], "names": {"1": "cat"}}"#,
      "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\n",
    ],
    "expression": [
      "1 - (2*sum(p*t) + 1) / (sum(p) + sum(t) + 1)", "mean(-log(p + 1e-7)*t)", "sum((p - t)^2, yx) / 4",
      "max(p, t) > 0.5",
    ],
    "loss-name": [
      "dice", "tversky:alpha=0.3,beta=0.7", "dice+0.5*focal:gamma=2", "monai-1.6/DiceLoss:sigmoid=true",
    ],
    "metric-name": [
      "dice", "fbeta@2", "hd95.pooled.surfel", "nsd.meanfraction@2mm", "pq@0.5", "boundary-iou.border@1",
      "lesionwise-hd95",
      "iou>=0.5", "ids:1000", "dilation=3,above=50", "above:127", "min.1.dice=0.5", "1=2,liver=3.5",
      "3,0.8,0.8",
    ],
    "settings": [settings, "{\"settings\": " + settings + "}"],
    "records": [record + "\n", record + "\n" + record + "\n{\"case\": \"torn"],
    "table": ["a,b\r\n\"c \"\"d\"\"\",'=e\n", "=1+1", "-0.2", "-a", "'@x", "\u{1B}[31m\n\u{202E}"],
    "file-name": ["case_01.png", "a\\xE9b", "b/c.nii.gz", "slice2.png,slice10.png,slice11.png"],
  ]
}
