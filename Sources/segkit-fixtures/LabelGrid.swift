/// The label of each voxel of an image (one slice) or a volume.
struct LabelGrid {
  let size: GridSize
  /// Row-major, the slices one after the other.
  var labels: [UInt16]

  init(_ size: GridSize, label: (_ column: Int, _ row: Int, _ slice: Int) -> UInt16) {
    self.size = size
    labels = []
    labels.reserveCapacity(size.slices * size.rows * size.columns)
    for slice in 0..<size.slices {
      for row in 0..<size.rows {
        for column in 0..<size.columns { labels.append(label(column, row, slice)) }
      }
    }
  }

  /// The labels of one slice.
  func slice(_ index: Int) -> [UInt16] {
    Array(labels[index * size.rows * size.columns..<(index + 1) * size.rows * size.columns])
  }

  /// As this grid, with `value` for every voxel of an image beside which another label stands.
  ///
  /// - Parameter reach: how far away the other label may be, along rows and columns.
  func outlined(with value: UInt16, reach: Int) -> LabelGrid {
    LabelGrid(size) { column, row, slice in
      let label = self[column, row, slice]
      let isEdge = (-reach...reach).contains { step in
        self[column + step, row, slice] != label || self[column, row + step, slice] != label
      }
      return isEdge ? value : label
    }
  }

  /// Outside the grid the nearest voxel counts.
  private subscript(column: Int, row: Int, slice: Int) -> UInt16 {
    let inside = (column: max(0, min(size.columns - 1, column)), row: max(0, min(size.rows - 1, row)))
    return labels[(slice * size.rows + inside.row) * size.columns + inside.column]
  }
}

/// How many voxels a grid has along each axis.
struct GridSize {
  var columns: Int
  var rows: Int
  var slices = 1
  /// How many pixels thick a slice is.
  var thickness = 1.0

  /// The place of a voxel's middle, in pixels.
  func point(_ column: Int, _ row: Int, _ slice: Int) -> Point {
    Point(Double(column) + 0.5, Double(row) + 0.5, slices == 1 ? 0 : (Double(slice) + 0.5) * thickness)
  }

  /// The far corner; an image is flat (z is 0).
  var extent: Point { Point(Double(columns), Double(rows), slices == 1 ? 0 : Double(slices) * thickness) }
}
