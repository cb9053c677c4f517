import Foundation
import MaskIO
import TestSupport
import Testing

private let corpus = TestFiles.realData("png_corpus")

/// What the corpus says of one of its files.
private struct Entry: Decodable {
  struct Header: Decodable {
    let width: Int
    let height: Int
    let bitDepth: Int
    let colourType: UInt8
    let interlace: Int

    enum CodingKeys: String, CodingKey {
      case width
      case height
      case bitDepth = "bit_depth"
      case colourType = "colour_type"
      case interlace
    }
  }

  let ihdr: Header?
  let sha256: String?
  let verdict: String

  enum CodingKeys: String, CodingKey {
    case ihdr
    case sha256 = "sha256_raw_samples"
    case verdict
  }
}

private let entries: [String: Entry] = {
  struct File: Decodable { let files: [String: Entry] }
  guard let corpus, let data = try? Data(contentsOf: URL(filePath: corpus + "/expected.json")) else {
    return [:]
  }
  return (try? JSONDecoder().decode(File.self, from: data).files) ?? [:]
}()

private let badPalettes = entries.keys.filter { $0.hasPrefix("libpng_badpal/") }.sorted()
/// Files that can be labels: valid, and every index within the palette.
private let readable = entries.filter { $1.verdict == "valid" && !badPalettes.contains($0) }.keys.sorted()

@Suite(
  "PNG corpus: PngSuite and libpng's crashers",
  .enabled(if: corpus != nil, "the folder shared/data/png_corpus does not stand beside this checkout"))
struct PNGCorpusTests {
  @Test("All 207 files are named with a verdict")
  func complete() {
    #expect(entries.count == 207)
    #expect(entries.values.count { $0.verdict == "valid" } == 170)
    #expect(entries.values.count { $0.verdict == "reject" } == 33)
    #expect(badPalettes.count == 9)
    #expect(readable.count == 161)
  }

  @Test(
    "A valid file gives the samples of two other decoders, a broken one an error",
    arguments: entries.keys.sorted())
  func verdict(name: String) throws {
    let entry = try #require(entries[name])
    let path = try #require(corpus) + "/" + name
    switch entry.verdict {
    case "valid":
      let image = try PNGReader.image(contentsOf: path)
      #expect(SHA256.hexadecimal(Self.rawBytes(image.samples)) == entry.sha256)
      let header = try #require(entry.ihdr)
      #expect(image.header.width == header.width)
      #expect(image.header.height == header.height)
      #expect(image.header.bitDepth == header.bitDepth)
      #expect(image.header.colourType.rawValue == header.colourType)
      #expect(image.header.isInterlaced == (header.interlace == 1))
      let chunks = PNGBytes.chunks(of: try bytes(of: path))
      #expect(image.header.hasTransparency == chunks.contains { $0.name == "tRNS" })
      let colours = header.colourType == 3 ? chunks.filter { $0.name == "PLTE" }.flatMap(\.data) : []
      #expect(image.header.palette.flatMap { [$0.red, $0.green, $0.blue] } == colours)
    case "reject":
      let error = #expect(throws: MaskFileError.self) { try PNGReader.image(contentsOf: path) }
      #expect(error?.path == path)
      #expect(throws: PNGError.self) { try MaskPlane(decoding: try bytes(of: path)) }
    default:
      // Other decoders do not agree; neither crash nor half an image is asked for.
      if let image = try? PNGReader.image(contentsOf: path) {
        let header = try #require(entry.ihdr)
        #expect(
          image.samples.numbers.count == header.width * header.height * image.header.colourType.channels)
      }
    }
  }

  @Test("An index beyond the palette is a sample like any other, but no label", arguments: badPalettes)
  func badPalette(name: String) throws {
    let file = try bytes(of: try #require(corpus) + "/" + name)
    let largest = try #require(try PNGReader.image(from: file).samples.numbers.max())
    let palette = try #require(PNGBytes.chunks(of: file).first { $0.name == "PLTE" }).data
    #expect(throws: PNGError.indexBeyondPalette(index: largest, paletteCount: palette.count / 3)) {
      try MaskPlane(decoding: file)
    }
  }

  @Test("MaskPlane drops alpha and packs colours of real files", arguments: readable)
  func plane(name: String) throws {
    let file = try bytes(of: try #require(corpus) + "/" + name)
    let image = try PNGReader.image(from: file)
    let plane = try MaskPlane(decoding: file)
    let (samples, channels) = (image.samples.numbers, image.header.colourType.channels)
    #expect(plane.count == image.header.width * image.header.height)
    for index in 0..<plane.count where plane.kind != .deepColour {
      let first = samples[index * channels]
      let number =
        plane.kind == .colour
        ? first & 255 | (samples[index * channels + 1] & 255) << 8 | (samples[index * channels + 2] & 255)
          << 16
        : first
      try #require(Int(plane[index]) == number)
    }
  }

  /// One byte a sample, two at 16 bits with the higher first, as the corpus defines its sums.
  private static func rawBytes(_ samples: PNGReader.Samples) -> [UInt8] {
    switch samples {
    case .uint8(let samples): samples
    case .uint16(let samples): samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    }
  }
}
