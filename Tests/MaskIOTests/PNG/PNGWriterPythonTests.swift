import Foundation
import MaskIO
import TestSupport
import Testing

private let python: URL? = {
  let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
  return folders.map { URL(filePath: $0 + "/python3") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path()) }
}()

@Suite("PNGWriter against the decoder of fixtures/expected.py")
struct PNGWriterPythonTests {
  @Test(
    "A decoder in Python reads what was written",
    .enabled(if: python != nil, "there is no python3 on the PATH"))
  func written() throws {
    var random = SeededRandom(seed: 2024)
    var images: [(PNGReader.Samples, PNGHeader)] = []
    for variant in PNGVariant.all {
      for (width, height) in [(1, 1), (1, 6), (10, 1), (7, 5), (19, 12)] {
        for isInterlaced in [false, true] {
          images.append(try PNGWriterTests.image(variant, width, height, isInterlaced, &random))
        }
      }
    }
    try withTemporaryFolder { folder in
      for (index, (samples, header)) in images.enumerated() {
        let level = Int.random(in: 0...9, using: &random)
        try write(PNGWriter.encode(samples, header, compression: level), to: "\(folder)/\(index).png")
      }
      let decoded = try Self.decode(folder, count: images.count)
      try #require(decoded.count == images.count)
      for ((samples, header), picture) in zip(images, decoded) {
        #expect(picture.samples == samples.numbers)
        #expect(picture.width == header.width)
        #expect(picture.height == header.height)
        #expect(picture.bitDepth == header.bitDepth)
        #expect(picture.colourType == header.colourType.rawValue)
        #expect(picture.interlaced == header.isInterlaced)
        #expect(picture.palette == header.palette.map { [$0.red, $0.green, $0.blue] })
      }
    }
  }

  /// What the Python decoder says of `0.png`, `1.png`, … in a folder.
  private static func decode(_ folder: String, count: Int) throws -> [ExpectedFile.Picture] {
    let program = """
      import json, sys
      sys.path.insert(0, sys.argv[1])
      from expected import Image
      files = [open(f"{sys.argv[2]}/{i}.png", "rb").read() for i in range(int(sys.argv[3]))]
      json.dump([Image(file).description() for file in files], open(sys.argv[2] + "/all.json", "w"))
      """
    let process = Process()
    process.executableURL = python
    // -B: no compiled copy beside expected.py.
    process.arguments = ["-B", "-c", program, TestFiles.fixture(""), folder, String(count)]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let json = try Data(contentsOf: URL(filePath: folder + "/all.json"))
    return try decoder.decode([ExpectedFile.Picture].self, from: json)
  }
}
