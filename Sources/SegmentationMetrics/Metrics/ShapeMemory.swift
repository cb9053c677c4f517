import SystemLimits

/// The memory that measuring the shapes of a case takes, announced before it is taken.
///
/// It depends on what is in the maps: a few bytes a voxel for the compact objects that masks mostly hold, some ninety for noise,
/// every voxel of which is surface. Where there is room for noise many times over nothing is counted. Where there is not, the
/// elements of the surfaces and the stretches of objects are counted first, which takes about as long as to find them.
struct ShapeMemory {
  /// Bytes a voxel that no map exceeds (measured: noise with corners between voxels takes 83).
  private static let most = 100
  /// Bytes a voxel beside what is counted: the maps as places, and what is as large as a label's box.
  private static let plain = 8
  private static let boxes = 26
  /// Bytes an element of a surface, or a stretch of an object (measured: 36 to 41).
  private static let element = 48

  let request: ShapeRequest
  let spacing: [Double]

  /// - Throws: `InsufficientMemory`.
  func reservation(_ maps: [PlaceMap]) throws(InsufficientMemory) -> MemoryReservation {
    let voxels = maps.map(\.count).max() ?? 0
    if let reservation = try? MemoryReservation(voxels, of: Self.most, times: 8) { return reservation }
    let elements = maps.reduce(0) { $0 + self.elements(of: $1) }
    return try MemoryReservation(
      voxels * (request.hasBoundaries ? Self.boxes : Self.plain) + elements * Self.element)
  }

  private func elements(of map: PlaceMap) -> Int {
    func surface(_ kind: SurfaceKind) -> Int { SurfaceExtraction(kind, spacing: spacing).count(of: map) }
    // One kind after the other is measured. Where more than two objects meet a corner is there for each of them, and border
    // lines have the voxels of both sides.
    var most = request.surfaces.map { surface($0) * ($0 == .surfel ? 2 : 1) }.max() ?? 0
    if request.hasBoundaries { most = max(most, 2 * surface(.erosion26)) }
    let hasObjects = !request.matchings.isEmpty || !request.lesionMetrics.isEmpty
    return most + (hasObjects ? ObjectMap.stretchCount(of: map) : 0)
  }
}
