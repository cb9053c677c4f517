/// A 2D or 3D map that gives each voxel an integer label, stored no wider than its labels need.
public struct LabelMap: Sendable {
  /// The labels in row-major order, the last axis fastest.
  public enum Storage: Sendable {
    case uint8([UInt8])
    case uint16([UInt16])
    case uint32([UInt32])

    /// The number of voxels.
    public var count: Int {
      switch self {
      case .uint8(let labels): labels.count
      case .uint16(let labels): labels.count
      case .uint32(let labels): labels.count
      }
    }
  }

  public let shape: VoxelShape
  public let storage: Storage

  /// - Throws: `LabelMapError.wrongCount` if there is not one label a voxel, `.impossible` for a shape with an axis of more than
  ///   2³⁰ voxels.
  public init(_ storage: Storage, shape: VoxelShape) throws(LabelMapError) {
    guard shape.isPossible else { throw .impossible(shape) }
    guard storage.count == shape.count else { throw .wrongCount(storage.count, shape) }
    self.storage = storage
    self.shape = shape
  }

  /// - Throws: `LabelMapError.wrongCount` if there is not one label a voxel.
  public init(_ labels: [UInt8], shape: VoxelShape) throws(LabelMapError) {
    try self.init(.uint8(labels), shape: shape)
  }

  /// The label of voxels that count nowhere, in maps that a program makes. Reading a file never makes it of a number: a mask that
  /// holds 4294967295 cannot be read as a map, and is scored by the command as the label it is.
  public static let ignored = UInt32.max

  /// The label of the voxel at `index` in row-major order.
  public subscript(index: Int) -> UInt32 {
    switch storage {
    case .uint8(let labels): UInt32(labels[index])
    case .uint16(let labels): UInt32(labels[index])
    case .uint32(let labels): labels[index]
    }
  }
}

/// What is wrong with a label map, or with two that should be compared.
public enum LabelMapError: Error, Equatable, CustomStringConvertible {
  case wrongCount(Int, VoxelShape)
  case shapesDiffer(prediction: VoxelShape, reference: VoxelShape)
  case impossible(VoxelShape)

  public var description: String {
    switch self {
    case .wrongCount(let count, let shape):
      "\(count) labels do not fill the shape \(shape) (\(shape.count) voxels)"
    case .shapesDiffer(let prediction, let reference):
      "the prediction is \(prediction), the reference \(reference); both need the same size"
    case .impossible(let shape):
      "the shape \(shape): an axis has from 0 to \(VoxelShape.longestAxis) voxels; cut the map into parts"
    }
  }
}
