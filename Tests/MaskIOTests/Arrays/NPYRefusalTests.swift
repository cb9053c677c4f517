import Foundation
import MaskIO
import TestSupport
import Testing

/// Headers and archives that NumPy and Python's zipfile refuse are refused; the verdicts are NumPy 2's.
@Suite("NumPy files that NumPy refuses")
struct NPYRefusalTests {
  /// A file of six bytes of numbers with this header.
  private static func file(_ header: String, version: [UInt8] = [1, 0], numbers: Int = 6) -> [UInt8] {
    let text = Array(header.utf8)
    let length = [UInt8(text.count & 255), UInt8(text.count >> 8)] + (version[0] == 1 ? [] : [0, 0])
    return [0x93] + Array("NUMPY".utf8) + version + length + text + [UInt8](repeating: 1, count: numbers)
  }

  private static func reads(_ bytes: [UInt8]) throws -> Bool {
    try withTemporaryFolder { folder in
      try write(bytes, to: folder + "/a.npy")
      do throws(MaskFileError) {
        return try NPYFile(folder + "/a.npy").numbers(as: Double.self) == [Double](repeating: 1, count: 6)
      } catch {
        return false
      }
    }
  }

  @Test(
    "What numpy.load reads",
    arguments: [
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }\n",
      "{'descr':'|u1','fortran_order':False,'shape':(6,)}",
      "{\"descr\": \"<u1\", \"fortran_order\": True, \"shape\": (2, 3)}",
      "{'shape': (6L,), 'fortran_order': False, 'descr': 'u1'}",
      " { 'descr' : '|u1' ,\n 'fortran_order' : False , 'shape' : ( 3 , 2 , ) , } ",
      "{'descr': '|i1', 'descr': '|u1', 'fortran_order': False, 'shape': (6,)}",
    ])
  func accepted(header: String) throws {
    #expect(try Self.reads(Self.file(header)))
    #expect(try Self.reads(Self.file(header, version: [2, 0])))
    #expect(try Self.reads(Self.file(header, version: [3, 0])))
  }

  @Test(
    "What it refuses",
    arguments: [
      "", "{}", "[1]", "{'descr': '|u1', 'fortran_order': False}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), 'more': 1}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (6)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': [6]}",
      "{'descr': '|u1', 'fortran_order': 0, 'shape': (6,)}",
      "{'descr': '|u1', 'fortran_order': 'False', 'shape': (6,)}",
      "{'descr': '|u1', 'fortran_order': Falsehood, 'shape': (6,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (6,)",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (6,)} x",
      "x {'descr': '|u1', 'fortran_order': False, 'shape': (6,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2 3,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (6.0,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (-6,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (06,)}",
      "{'descr': '|u1' 'fortran_order': False, 'shape': (6,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (6,}",
      "{'descr': '|u3', 'fortran_order': False, 'shape': (6,)}",
      "{'descr': '', 'fortran_order': False, 'shape': (6,)}",
      "{'descr': '|O', 'fortran_order': False, 'shape': (6,)}",
      "{'descr': 'uu1', 'fortran_order': False, 'shape': (6,)}",
    ])
  func refused(header: String) throws { #expect(try !Self.reads(Self.file(header))) }

  @Test("Other versions, headers beyond NumPy's limit, and numbers left over or missing are refused")
  func lengths() throws {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (6,)}"
    for version in [[0, 0], [1, 1], [4, 0], [255, 0]] as [[UInt8]] {
      #expect(try !Self.reads(Self.file(header, version: version)), "\(version)")
    }
    #expect(try Self.reads(Self.file(header + String(repeating: " ", count: 9000))))
    #expect(try !Self.reads(Self.file(header + String(repeating: " ", count: 11_000))))
    for count in [0, 5, 7, 12] { #expect(try !Self.reads(Self.file(header, numbers: count)), "\(count)") }
  }

  @Test("More elements than the limit are refused before anything is read, however the shape is written")
  func limits() throws {
    for shape in [
      "(9223372036854775807,)", "(4294967296, 4294967296)", "(1048576, 1048576, 16)",
      "(99999999999999999999,)",
      "(3000000000,)", "(0, 9223372036854775807, 2)",
    ] {
      let bytes = Self.file("{'descr': '|u1', 'fortran_order': False, 'shape': \(shape)}")
      #expect(try !Self.reads(bytes), "\(shape)")
    }
  }

  @Test(
    "A changed byte of an archive's array is an error, wherever it is; also names, sums and sizes that disagree"
  )
  func archives() throws {
    try withTemporaryFolder { folder in
      for isPacked in [false, true] {
        let path = folder + "/a.npz"
        if isPacked {
          try FileManager.default.copyItem(
            atPath: TestFiles.fixture("arrays/packed.npz"), toPath: folder + "/b.npz")
        } else {
          try NPYFile.write([1.0, 2, 3, 4], shape: [4], to: path + "::a")
        }
        let file = isPacked ? folder + "/b.npz" : path
        let whole = try bytes(of: file)
        let numbers = try NPYFile(file).numbers(as: Double.self)
        let archive = try ZIPArchive(file)
        let range = try archive.range(of: archive.entries[0])
        for place in range {
          var changed = whole
          changed[place] ^= 0x10
          try write(changed, to: file)
          // Deflate has bits that mean nothing: then the numbers are the same.
          let read = try? NPYFile(file).numbers(as: Double.self)
          #expect(read == nil || isPacked && read == numbers, "byte \(place)")
        }
        // The name in front of an entry is compared with the list's.
        var renamed = whole
        renamed[30] ^= 1
        try write(renamed, to: file)
        #expect(throws: MaskFileError.self) { try NPYFile(file) }
        try write(whole, to: file)
        #expect(try NPYFile(file).numbers(as: Double.self) == numbers)
      }
    }
  }

  @Test("Archives that Python's zipfile refuses", arguments: 0..<5)
  func archives(_ fault: Int) throws {
    let whole = try bytes(of: TestFiles.fixture("arrays/two.npz"))
    func first(_ signature: [UInt8]) throws -> Int {
      try #require(whole.indices.first { whole[$0...].starts(with: signature) })
    }
    let listed = try first([0x50, 0x4B, 1, 2])
    let end = try first([0x50, 0x4B, 5, 6])
    var spoilt = whole
    switch fault {
    case 0: spoilt[listed + 8] |= 1 << 5
    case 1: spoilt[listed + 8] |= 1 << 6
    case 2: spoilt[listed + 6] = 255
    case 3: spoilt[end + 12] += 4
    default:
      // A name that says it is UTF-8, and is not.
      spoilt[listed + 9] |= 1 << 3
      spoilt[listed + 46] = 0x82
    }
    try withTemporaryFolder { folder in
      try write(whole, to: folder + "/a.npz")
      #expect(try NPYFile(folder + "/a.npz::p").numbers(as: Double.self).count == 24)
      try write(spoilt, to: folder + "/a.npz")
      #expect(throws: MaskFileError.self) { try NPYFile(folder + "/a.npz::p").numbers(as: Double.self) }
    }
  }
}
