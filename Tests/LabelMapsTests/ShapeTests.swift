import LabelMaps
import Testing

@Suite("Shapes beyond what a map can have")
struct ShapeTests {
  @Test("The number of voxels is never wrong by overflow")
  func counts() {
    #expect(VoxelShape(slices: 2, rows: 3, columns: 4).count == 24)
    #expect(VoxelShape(slices: .max, rows: 2, columns: 1).count == .max)
    #expect(VoxelShape(slices: 1 << 40, rows: 1 << 40, columns: 1 << 40).count == .max)
    #expect(VoxelShape(slices: 1 << 40, rows: 1 << 40, columns: 0).count == 0)
    #expect(VoxelShape(rows: -3, columns: -2).count == 0)
  }

  @Test("A map has no axis above 2³⁰ voxels, and none below 0")
  func impossible() throws {
    for shape in [
      VoxelShape(rows: 0, columns: 1 << 30 + 1), VoxelShape(rows: -3, columns: -2),
      VoxelShape(slices: .max, rows: .max, columns: 0), VoxelShape(rows: .min, columns: 1),
    ] {
      #expect(throws: LabelMapError.impossible(shape)) { try LabelMap([UInt8](), shape: shape) }
    }
    #expect(throws: Never.self) { try LabelMap([UInt8](), shape: VoxelShape(rows: 0, columns: 1 << 30)) }
    #expect("\(LabelMapError.impossible(VoxelShape(rows: 1, columns: .max)))".contains("1073741824"))
  }

  @Test("An item is found by key and by name, among many at once")
  func items() throws {
    let scheme = try LabelScheme((1...70_000).map { .label($0, name: "n\($0)") } + [.region("all", [1, 2])])
    #expect(scheme.item(named: "n69999")?.labels == [69_999])
    #expect(scheme.item(named: "70000")?.name == "n70000")
    #expect(scheme.item(named: "all")?.labels == [1, 2])
    #expect(scheme.item(named: "n0") == nil)
    #expect(try scheme == LabelScheme(scheme.items))
    #expect(try scheme != LabelScheme(Array(scheme.items.dropLast())))
    #expect(throws: LabelSchemeError.twice("a")) {
      try LabelScheme([.label(1, name: "a"), .region("a", [2])])
    }
  }
}
