import Foundation
import MaskIO
import TestSupport
import Testing

/// NumPy's files, as NumPy wrote them (fixtures/arrays/make.py).
struct NPYTests {
  static let types = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "f2", "f4", "f8"]
  static let variants = ["c", "fortran", "big"]

  private func file(_ name: String) throws -> NPYFile { try NPYFile(TestFiles.fixture("arrays/" + name)) }

  /// The element at a place of the array's memory.
  private func expected(_ type: String, _ index: Int, isFortran: Bool) -> Double {
    // Fortran order: the first axis varies fastest.
    let number = isFortran ? index % 2 * 12 + index / 2 % 3 * 4 + index / 6 : index
    if type.hasPrefix("f") { return Double(number) / 4 - 2 }
    let whole = number * 7 % 11
    return Double(type == "b1" ? whole % 2 : whole)
  }

  @Test(arguments: types, variants) func everyType(_ type: String, _ variant: String) throws {
    let name = "\(type)-\(variant).npy"
    guard variant != "big" || type.last != "1" else { return }
    let file = try file(name)
    #expect(file.header.shape == [2, 3, 4])
    #expect(file.header.isFortranOrder == (variant == "fortran"))
    let wanted = (0..<24).map { expected(type, $0, isFortran: variant == "fortran") }
    #expect(try file.numbers(as: Double.self) == wanted)
    #expect(try file.numbers(as: Float.self) == wanted.map { Float($0) })
    if type.hasPrefix("f") {
      let error = #expect(throws: MaskFileError.self) { try file.labels() }
      #expect(error?.reason == "-2.0 at [0, 0, 0] is not a label: a whole number from 0 to 255")
    } else {
      #expect(try file.labels() == wanted.map { UInt8($0) })
    }
  }

  @Test func archives() throws {
    let first = try file("two.npz::p").numbers(as: Double.self)
    #expect(first == (0..<24).map { Double($0) / 4 - 2 })
    #expect(try file("two.npz::t").labels() == (0..<24).map { UInt8($0 * 7 % 11) })
    #expect(try file("packed.npz").numbers(as: Double.self) == first)
    let missing = #expect(throws: MaskFileError.self) { try file("two.npz::q") }
    #expect(missing?.reason == "there is no array \"q\" in it; there are p, t")
    let which = #expect(throws: MaskFileError.self) { try file("two.npz") }
    #expect(which?.reason.hasPrefix("it holds 2 arrays; say which") == true)
  }

  @Test func refusals() throws {
    let complex = #expect(throws: MaskFileError.self) { try file("complex.npy") }
    #expect(complex?.reason.hasPrefix("numbers of type '<c8' are not read") == true)
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: URL(filePath: TestFiles.fixture("arrays/f8-c.npy")))
    let packed = try Data(contentsOf: URL(filePath: TestFiles.fixture("arrays/packed.npz")))
    // Every way to end early is an error, and none a crash.
    for (name, data) in [("a.npy", whole), ("a.npz", packed)] {
      for count in 0..<data.count {
        let path = folder.file(name)
        try data.prefix(count).write(to: URL(filePath: path))
        #expect(throws: MaskFileError.self, "\(name) of \(count) bytes") {
          _ = try NPYFile(path).numbers(as: Double.self)
        }
      }
    }
    // A changed byte is an error or other numbers, never a crash.
    var random = SeededRandom(seed: 4)
    for _ in 0..<2000 {
      var data = Bool.random(using: &random) ? whole.prefix(140) + whole.dropFirst(140) : packed
      data[Int.random(in: 0..<data.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      let path = folder.file(data.count == packed.count ? "b.npz" : "b.npy")
      try data.write(to: URL(filePath: path))
      _ = try? NPYFile(path).numbers(as: Double.self)
    }
  }

  @Test func writtenFilesAreRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.npy")
    for isFortran in [false, true] {
      for shape in [[6], [2, 3], [1, 1, 6], [6, 1, 1, 1]] {
        let numbers: [Float] = [1, -2.5, .infinity, 0, 0x1p-133, 3]
        try NPYFile.write(numbers, shape: shape, fortranOrder: isFortran, to: path)
        let file = try NPYFile(path)
        #expect(file.header.shape == shape && file.header.isFortranOrder == isFortran)
        #expect(file.header.offset % 64 == 0)
        #expect(try file.numbers(as: Float.self) == numbers)
      }
    }
    // What NumPy itself writes, byte for byte.
    try NPYFile.write((0..<24).map { Double($0) / 4 - 2 }, shape: [2, 3, 4], to: path)
    #expect(
      try Data(contentsOf: URL(filePath: path))
        == Data(contentsOf: URL(filePath: TestFiles.fixture("arrays/f8-c.npy"))))
  }

  private func roundTrip<Element: NPYElement>(_ numbers: [Element], _ values: [Double]) throws {
    try withTemporaryFolder { folder in
      for isFortran in [false, true] {
        for (path, file) in [("a.npy", "a.npy"), ("b.npz::x", "b.npz")] {
          try NPYFile.write(numbers, shape: [2, 3], fortranOrder: isFortran, to: folder + "/" + path)
          let read = try NPYFile(folder + "/" + path)
          #expect(FileKind(folder + "/" + file) == .file)
          #expect(read.header.type == Element.elementType && read.header.shape == [2, 3])
          #expect(read.header.isFortranOrder == isFortran)
          #expect(try read.numbers(as: Double.self) == values)
        }
      }
    }
  }

  @Test func everyTypeIsWritten() throws {
    let whole: [Double] = [0, 1, 1, 0, 1, 0]
    try roundTrip([false, true, true, false, true, false], whole)
    let small: [Double] = [0, 1, 2, 100, 127, 5]
    try roundTrip(small.map { Int8($0) }, small)
    try roundTrip(small.map { UInt8($0) }, small)
    try roundTrip(small.map { Int16($0) - 200 }, small.map { $0 - 200 })
    try roundTrip(small.map { UInt16($0) + 65_000 }, small.map { $0 + 65_000 })
    try roundTrip(small.map { Int32($0) - 2_000_000 }, small.map { $0 - 2_000_000 })
    try roundTrip(small.map { UInt32($0) + 4_000_000_000 }, small.map { $0 + 4e9 })
    try roundTrip(small.map { Int64($0) - (1 << 40) }, small.map { $0 - 0x1p40 })
    try roundTrip(small.map { Float16($0 / 4) }, small.map { $0 / 4 })
    try roundTrip(small.map { Float($0 / 3) }, small.map { Double(Float($0 / 3)) })
    try roundTrip(small.map { $0 / 3 }, small.map { $0 / 3 })
  }

  /// Two arrays in one archive, whose checksums another program agrees with.
  @Test func archivesAreWritten() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/two.npz"
      try NPYFile.write([
        NPYFile.Output(path + "::g", [1.0, 2, 3], shape: [3]),
        NPYFile.Output(path + "::h", [Double](repeating: 0.5, count: 70_000), shape: [70, 1000]),
        NPYFile.Output(folder + "/alone.npz", [7.0], shape: []),
      ])
      #expect(try NPYFile(path + "::g").numbers(as: Double.self) == [1, 2, 3])
      #expect(try NPYFile(path + "::h").numbers(as: Double.self).count { $0 == 0.5 } == 70_000)
      #expect(try NPYFile(folder + "/alone.npz::arr_0").numbers(as: Double.self) == [7])
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["python3", "-m", "zipfile", "-t", path]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
  }
}
