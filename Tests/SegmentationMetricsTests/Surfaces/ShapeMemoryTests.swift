import LabelMaps
import SegmentationMetrics
import TestSupport
import Testing

@Suite("The memory that shapes take is known from what is counted")
struct ShapeMemoryTests {
  private static let shapes = [[1, 1], [5, 7], [9, 130], [1, 4, 5], [3, 4, 5], [4, 3, 67]]

  private static func masks() -> [(shape: [Int], mask: [Bool])] {
    var random = SeededRandom(seed: 152)
    return shapes.flatMap { shape in
      [0.1, 0.5, 0.9, 1].map { share in
        (shape, (0..<shape.reduce(1, *)).map { _ in Double.random(in: 0..<1, using: &random) < share })
      }
    }
  }

  private static func map(_ mask: [Bool], _ shape: [Int]) -> PlaceMap {
    let extents =
      shape.count == 2
      ? VoxelShape(rows: shape[0], columns: shape[1])
      : VoxelShape(slices: shape[0], rows: shape[1], columns: shape[2])
    return PlaceMap(.uint8(mask.map { $0 ? 1 : 0 }), extents)
  }

  @Test(
    "There are as many elements as a plain search finds",
    arguments: [SurfaceKind.erosion6, .erosion26, .voxels])
  func elements(kind: SurfaceKind) {
    for (shape, mask) in Self.masks() {
      let spacing = [Double](repeating: 1, count: shape.count)
      let found = SurfaceExtraction(kind, spacing: spacing).count(of: Self.map(mask, shape))
      #expect(found == SurfaceTwin(extents: shape, spacing: spacing).surface(mask, kind).count, "\(shape)")
    }
  }

  @Test("Corners are counted where the voxels that meet there differ")
  func corners() {
    for (shape, mask) in Self.masks() {
      let size = [Int](repeating: 1, count: 3 - shape.count) + shape
      func isSet(_ z: Int, _ y: Int, _ x: Int) -> Bool {
        z >= 0 && z < size[0] && y >= 0 && y < size[1] && x >= 0 && x < size[2]
          && mask[(z * size[1] + y) * size[2] + x]
      }
      // An image has no corners before and behind it.
      let depths = shape.count == 2 ? [0] : Array(0...size[0])
      let around = shape.count == 2 ? [0] : [-1, 0]
      var count = 0
      for z in depths {
        for y in 0...size[1] {
          for x in 0...size[2] {
            let voxels = around.flatMap { dz in
              [-1, 0].flatMap { dy in [-1, 0].map { isSet(z + dz, y + dy, x + $0) } }
            }
            if Set(voxels).count == 2 { count += 1 }
          }
        }
      }
      let spacing = [Double](repeating: 1, count: shape.count)
      #expect(
        SurfaceExtraction(.surfel, spacing: spacing).count(of: Self.map(mask, shape)) == count, "\(shape)")
    }
  }

  @Test("Stretches are counted row by row")
  func stretches() {
    for (shape, mask) in Self.masks() {
      let columns = shape[shape.count - 1]
      let count = mask.indices.count { mask[$0] && ($0 % columns == 0 || !mask[$0 - 1]) }
      #expect(ObjectMap.stretchCount(of: Self.map(mask, shape)) == count, "\(shape)")
    }
  }
}
