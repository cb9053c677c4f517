import MaskIO
import TestSupport
import Testing

@Suite("ColourMap")
struct ColourMapTests {
  private static func packed(_ red: Int, _ green: Int, _ blue: Int) -> UInt32 {
    UInt32(red + 256 * green + 65_536 * blue)
  }

  @Test("The fixtures' JSON and text name the same colours")
  func fixtures() throws {
    let expected = [
      Self.packed(0, 0, 0): UInt32(0), Self.packed(128, 0, 0): 1, Self.packed(0, 128, 0): 2,
      Self.packed(128, 128, 0): 3,
    ]
    let json = try ColourMap(contentsOf: TestFiles.fixture("colours/colours.json"))
    #expect(json.labels == expected)
    #expect(json.ignored == [Self.packed(224, 224, 192)])
    let text = try ColourMap(contentsOf: TestFiles.fixture("colours/labelmap.txt"))
    #expect(text.labels == expected)
    #expect(text.ignored.isEmpty)
    #expect(text.names == [0: "background", 1: "membrane", 2: "nucleus", 3: "mitochondrion"])
  }

  @Test("JSON: a label may have several colours by several keys, names and ignored colours are read")
  func json() throws {
    let map = try ColourMap.json(
      """
      {"names": {"7": "liver"}, "ignore": [[1,2,3],[4,5,6]], "labels": {"7": [10, 20, 30], "0": [0,0,0], "07": [9,9,9]}}
      """)
    #expect(map.labels == [Self.packed(10, 20, 30): 7, 0: 0, Self.packed(9, 9, 9): 7])
    #expect(map.ignored == [Self.packed(1, 2, 3), Self.packed(4, 5, 6)])
    #expect(map.names == [7: "liver"])
  }

  @Test(
    "JSON that is malformed is refused with the place",
    arguments: [
      ("{", "JSON"), ("{}", "JSON"), ("[]", "JSON"), ("", "JSON"), (#"{"labels": [1]}"#, "JSON"),
      (#"{"labels": {"1": "red"}}"#, "JSON"), (#"{"labels": {"1": [1,2,3]}, "ignore": [1,2,3]}"#, "JSON"),
      (#"{"labels": {"1": [1.5,2,3]}}"#, "JSON"), (#"{"labels": {"x": [1,2,3]}}"#, "'x'"),
      (#"{"labels": {"-1": [1,2,3]}}"#, "'-1'"), (#"{"labels": {"1.0": [1,2,3]}}"#, "'1.0'"),
      (#"{"labels": {"4294967296": [1,2,3]}}"#, "'4294967296'"), (#"{"labels": {"1": [1,2]}}"#, "[1, 2]"),
      (#"{"labels": {"1": [1,2,3,4]}}"#, "[1, 2, 3, 4]"), (#"{"labels": {"1": []}}"#, "[]"),
      (#"{"labels": {"1": [1,256,3]}}"#, "[1, 256, 3]"), (#"{"labels": {"1": [1,2,-3]}}"#, "[1, 2, -3]"),
      (#"{"labels": {"1": [1,2,3]}, "ignore": [[300,0,0]]}"#, "[300, 0, 0]"),
      (#"{"labels": {"1": [1,2,3]}, "ignore": [[1,2,3]]}"#, "(1, 2, 3)"),
    ])
  func malformedJSON(text: String, place: String) throws {
    let error = try #require(throws: ColourMapError.self) { try ColourMap.json(text) }
    #expect(error.description.contains(place), "\(error.description)")
    #expect(!error.description.contains("\n"))
  }

  @Test(
    "A colour of two labels is refused, naming the colour and both, in either form",
    arguments: [
      #"{"labels": {"1": [1,2,3], "2": [1,2,3]}}"#, "a:1,2,3::\nb:1,2,3::\n",
    ])
  func oneColourTwoLabels(text: String) throws {
    let error = try #require(throws: ColourMapError.self) {
      try text.hasPrefix("{") ? ColourMap.json(text) : ColourMap.labelmap(text)
    }
    for word in ["(1, 2, 3)", "label 1", "label 2"] { #expect(error.description.contains(word)) }
  }

  private static let lines = [
    "# label:color_rgb:parts:actions", "liver:128,0,0::", "background:0,0,0::", "tumour:0,0,255:a,b:c",
  ]

  @Test("CVAT's text is the same with and without comments, empty lines, spaces and CRLF")
  func labelmap() throws {
    let bare = Self.lines.dropFirst().joined(separator: "\n")
    let variants = [
      bare, bare + "\n", Self.lines.joined(separator: "\n"), Self.lines.joined(separator: "\r\n") + "\r\n",
      bare.replacing("\n", with: "\r\n"), "\n\n" + bare.replacing("\n", with: "\n  \n# x\n"),
      bare.replacing(",", with: " , "),
    ]
    for text in variants {
      let map = try ColourMap.labelmap(text)
      #expect(
        map.labels == [Self.packed(128, 0, 0): 1, 0: 0, Self.packed(0, 0, 255): 2], "\(text.debugDescription)"
      )
      #expect(map.names == [1: "liver", 0: "background", 2: "tumour"], "\(text.debugDescription)")
      #expect(map.ignored.isEmpty)
    }
  }

  @Test(
    "A text line that is malformed is refused with its number",
    arguments: [
      "liver", "liver:", "liver:1,2", "liver:1,2,3,4::", "liver:red::", ":1,2,3::", "liver:1,x,2,3::",
      "liver:1,,2,3::",
      "liver:256,0,0::", "liver:-1,0,0::", "liver:1.5,0,0::", "liver:1 2,3,4::", "liver;1,2,3",
      "#fine\nliver",
    ])
  func malformedText(line: String) throws {
    let number = line.hasPrefix("#") ? 4 : 3
    let error = try #require(throws: ColourMapError.self, "\(line)") {
      try ColourMap.labelmap("# comment\nfine:9,9,9::\n" + line + "\nalso:8,8,8::\n")
    }
    #expect(error.description.contains("line \(number)"), "\(error.description)")
  }

  @Test(
    "A text without any label is refused",
    arguments: ["", "\n\n", "# label:color_rgb:parts:actions\n", "  \r\n"])
  func noLabel(text: String) throws {
    let error = try #require(throws: ColourMapError.self) { try ColourMap.labelmap(text) }
    #expect(error.description.contains("no label"))
  }

  @Test("A file's form is seen from its first character, and its errors name the file")
  func files() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/map"
      try write(" \n{\"labels\": {\"5\": [1,0,0]}}", to: path)
      #expect(try ColourMap(contentsOf: path).labels == [1: 5])
      try write("\u{FEFF}liver:2,0,0::\r\n", to: path)
      #expect(try ColourMap(contentsOf: path).labels == [2: 1])
      for (text, word) in [("{", "JSON"), ("liver", "line 1"), ("", "no label")] {
        try write(text, to: path)
        let error = try #require(throws: MaskFileError.self) { try ColourMap(contentsOf: path) }
        #expect(error.path == path)
        #expect(error.reason.contains(word))
      }
      #expect(throws: MaskFileError.self) { try ColourMap(contentsOf: folder + "/missing") }
    }
  }
}
