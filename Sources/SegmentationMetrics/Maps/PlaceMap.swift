import CLabelKernels
import LabelMaps

/// A map that gives each voxel the place of the thing it belongs to among those scored, counted from 1; 0 for none.
package struct PlaceMap: Sendable {
  /// Slices, rows, columns; one slice for an image.
  let slices, rows, columns: Int
  /// Whether it is an image: then the slice has nothing before or after it.
  let isFlat: Bool
  let storage: Storage
  /// The place of each number in `storage`; nil where the numbers are the places.
  let table: [UInt32]?

  package enum Storage: Sendable {
    case uint8([UInt8])
    case uint16([UInt16])
    case uint32([UInt32])
  }

  var count: Int { slices * rows * columns }

  /// Of the image or volume, outermost axis first.
  var extents: [Int] { isFlat ? [rows, columns] : [slices, rows, columns] }

  /// The place that a number in `storage` stands for.
  func place<Number: PlaceNumber>(_ number: Number) -> Int {
    guard let table else { return Int(number) }
    return Int(table[Int(number)])
  }

  package init(_ storage: Storage, _ shape: VoxelShape, table: [UInt32]? = nil) {
    self.table = table
    let extents = shape.extents
    isFlat = extents.count == 2
    (slices, rows, columns) = (
      isFlat ? 1 : extents[0], extents[extents.count - 2], extents[extents.count - 1]
    )
    self.storage = storage
  }

  /// A part of another map, its numbers being the places.
  init(_ storage: Storage, extents: (z: Int, y: Int, x: Int), isFlat: Bool) {
    (slices, rows, columns) = (extents.z, extents.y, extents.x)
    (self.storage, self.isFlat, table) = (storage, isFlat, nil)
  }

  /// A map whose labels are the places.
  ///
  /// - Parameter places: the place of each label that has one.
  init(_ map: LabelMap, places: [UInt32: UInt32]) {
    let most = places.values.max() ?? 0
    switch map.storage {
    case .uint8(let labels) where places[0] == nil && Set(places.values).count == places.count:
      // Where no two labels have one place the labels tell surfaces as well, and no copy is needed.
      self.init(.uint8(labels), map.shape, table: (0...255).map { places[UInt32($0)] ?? 0 })
    case .uint8(let labels):
      let table = (0...255).map { places[UInt32($0)] ?? 0 }
      self.init(Self.mapped(labels, most) { table[Int($0)] }, map.shape)
    case .uint16(let labels):
      let table = (0...65535).map { places[UInt32($0)] ?? 0 }
      self.init(Self.mapped(labels, most) { table[Int($0)] }, map.shape)
    case .uint32(let labels):
      // Neighbours mostly have the same label.
      var last: UInt32 = 0
      var place: UInt32 = places[0] ?? 0
      self.init(
        Self.mapped(labels, most) { label in
          if label != last { (last, place) = (label, places[label] ?? 0) }
          return place
        }, map.shape)
    }
  }

  private static func mapped<Label>(
    _ labels: [Label], _ most: UInt32, _ place: (Label) -> UInt32
  ) -> Storage {
    switch most {
    case ...255: .uint8(labels.map { UInt8(truncatingIfNeeded: place($0)) })
    case ...65535: .uint16(labels.map { UInt16(truncatingIfNeeded: place($0)) })
    default: .uint32(labels.map(place))
    }
  }
}

/// A number that places are stored in, with the kernels for it.
protocol PlaceNumber: FixedWidthInteger, UnsignedInteger, BitwiseCopyable, Sendable {
  typealias Row = UnsafePointer<Self>
  typealias Bits = UnsafeMutablePointer<UInt64>
  typealias SurfaceKernel = (Row?, Row?, Row?, Int, Int, Int, Int, Int32, Int32, Bits?) -> Int32
  typealias CornersKernel = (Row?, Row?, Int, Int, Int, Int, Int32, Bits?) -> Void

  /// As `labels_surface_u8` and its like.
  static var surfaceKernel: SurfaceKernel { get }
  /// As `labels_corners_u8` and its like.
  static var cornersKernel: CornersKernel { get }
}

extension PlaceNumber {
  /// A bit for each voxel of the rows that is surface; returns whether any voxel has a label.
  static func surface(
    _ slice: Row, _ before: Row?, _ after: Row?, _ rows: Int, _ columns: Int, _ range: Range<Int>,
    corners: Bool, flat: Bool, _ bits: Bits
  ) -> Bool {
    surfaceKernel(
      slice, before, after, rows, columns, range.lowerBound, range.upperBound, corners ? 1 : 0, flat ? 1 : 0,
      bits) != 0
  }

  /// A bit for each corner of the rows whose voxels are not all alike.
  static func corners(
    _ slice: Row?, _ before: Row?, _ rows: Int, _ columns: Int, _ range: Range<Int>, flat: Bool, _ bits: Bits
  ) {
    cornersKernel(slice, before, rows, columns, range.lowerBound, range.upperBound, flat ? 1 : 0, bits)
  }
}

extension UInt8: PlaceNumber {
  static var surfaceKernel: SurfaceKernel { labels_surface_u8 }
  static var cornersKernel: CornersKernel { labels_corners_u8 }
}

extension UInt16: PlaceNumber {
  static var surfaceKernel: SurfaceKernel { labels_surface_u16 }
  static var cornersKernel: CornersKernel { labels_corners_u16 }
}

extension UInt32: PlaceNumber {
  static var surfaceKernel: SurfaceKernel { labels_surface_u32 }
  static var cornersKernel: CornersKernel { labels_corners_u32 }
}
