import LabelMaps
import Testing

@Suite("LabelMap and VoxelShape")
struct LabelMapTests {
  @Test("A shape counts its voxels, knows its rank and prints its extents outermost first")
  func shapes() {
    let image = VoxelShape(rows: 512, columns: 640)
    #expect(image.extents == [512, 640])
    #expect(image.count == 327_680)
    #expect(image.rank == 2)
    #expect(image.description == "512×640")
    let volume = VoxelShape(slices: 17, rows: 512, columns: 640)
    #expect(volume.extents == [17, 512, 640])
    #expect(volume.count == 5_570_560)
    #expect(volume.rank == 3)
    #expect(volume.description == "17×512×640")
  }

  @Test("One slice is a volume still, and rows are not columns")
  func shapesDiffer() {
    #expect(VoxelShape(slices: 1, rows: 2, columns: 3) != VoxelShape(rows: 2, columns: 3))
    #expect(VoxelShape(rows: 2, columns: 3) != VoxelShape(rows: 3, columns: 2))
    #expect(VoxelShape(rows: 2, columns: 3) == VoxelShape(rows: 2, columns: 3))
  }

  @Test(
    "A map needs exactly one label a voxel, in every width",
    arguments: [
      VoxelShape(rows: 1, columns: 1), VoxelShape(rows: 3, columns: 4),
      VoxelShape(slices: 2, rows: 3, columns: 4),
    ])
  func wrongCount(shape: VoxelShape) throws {
    for count in 0...shape.count + 2 {
      let storages: [LabelMap.Storage] = [
        .uint8([UInt8](repeating: 1, count: count)), .uint16([UInt16](repeating: 1, count: count)),
        .uint32([UInt32](repeating: 1, count: count)),
      ]
      for storage in storages {
        #expect(storage.count == count)
        if count == shape.count {
          #expect(try LabelMap(storage, shape: shape).shape == shape)
        } else {
          #expect(throws: LabelMapError.wrongCount(count, shape)) { try LabelMap(storage, shape: shape) }
        }
      }
      guard count != shape.count else { continue }
      #expect(throws: LabelMapError.wrongCount(count, shape)) {
        try LabelMap([UInt8](repeating: 1, count: count), shape: shape)
      }
    }
  }

  @Test("The subscript gives each label in row-major order, in every width")
  func labels() throws {
    let shape = VoxelShape(rows: 2, columns: 3)
    let narrow = try LabelMap([0, 1, 2, 3, 254, 255], shape: shape)
    #expect((0..<6).map { narrow[$0] } == [0, 1, 2, 3, 254, 255])
    let middle = try LabelMap(.uint16([0, 1, 255, 256, 65_534, 65_535]), shape: shape)
    #expect((0..<6).map { middle[$0] } == [0, 1, 255, 256, 65_534, 65_535])
    let wide = try LabelMap(.uint32([0, 1, 65_535, 65_536, .max - 1, .max]), shape: shape)
    #expect((0..<6).map { wide[$0] } == [0, 1, 65_535, 65_536, .max - 1, .max])
  }

  @Test("Errors say what the numbers are")
  func messages() {
    let (left, right) = (VoxelShape(rows: 2, columns: 3), VoxelShape(slices: 4, rows: 5, columns: 6))
    #expect(LabelMapError.wrongCount(7, left).description == "7 labels do not fill the shape 2×3 (6 voxels)")
    let differ = LabelMapError.shapesDiffer(prediction: left, reference: right).description
    #expect(differ.contains("prediction is 2×3"))
    #expect(differ.contains("reference 4×5×6"))
  }
}
