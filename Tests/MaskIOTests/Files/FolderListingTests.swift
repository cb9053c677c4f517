import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("FolderListing and FileKind")
struct FolderListingTests {
  private static func list(_ files: [String], _ check: (FolderListing, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for name in files { try write("x", to: folder + "/" + name) }
      try check(FolderListing(folder), folder)
    }
  }

  @Test("Masks and other files are listed apart, each in natural order")
  func kinds() throws {
    let files = [
      "b10.png", "b2.png", "a.PNG", "c.Png", "notes.txt", "readme", "x.png.bak", "a2.csv", "a10.csv", "png",
    ]
    try Self.list(files) { listing, _ in
      #expect(listing.masks == ["a.PNG", "b2.png", "b10.png", "c.Png"])
      #expect(listing.others == ["a2.csv", "a10.csv", "notes.txt", "png", "readme", "x.png.bak"])
    }
  }

  @Test("What lies in folders below is listed with its path; a folder is never a mask")
  func nested() throws {
    let files = [
      "p10/s1.png", "p2/s10.png", "p2/s2.png", "p2/deep/er/s.png", "folder.png/s1.png", "top.png",
      "p2/info.json",
    ]
    try Self.list(files) { listing, _ in
      #expect(
        listing.masks == [
          "folder.png/s1.png", "p2/deep/er/s.png", "p2/s2.png", "p2/s10.png", "p10/s1.png", "top.png",
        ])
      #expect(listing.others == ["p2/info.json"])
    }
  }

  @Test("Hidden folders and __MACOSX are left out at every depth; hidden masks are told, and are no masks")
  func hidden() throws {
    let files = [
      ".hidden.png", "._a.png", ".cache/a.png", "__MACOSX/a.png", "sub/__MACOSX/._a.png", "sub/.git/a.png",
      "sub/a.png",
      ".DS_Store", "__MACOSX.png", "a__MACOSX/a.png",
    ]
    try Self.list(files) { listing, _ in
      #expect(listing.masks == ["__MACOSX.png", "a__MACOSX/a.png", "sub/a.png"])
      #expect(listing.others == ["._a.png", ".hidden.png"])
    }
  }

  @Test("Links to files and folders are followed")
  func links() throws {
    try Self.list(["real/a.png", "real/b.txt"]) { _, folder in
      try FileManager.default.createDirectory(atPath: folder + "/set", withIntermediateDirectories: false)
      try #require(symlink(folder + "/real/a.png", folder + "/set/link.png") == 0)
      try #require(symlink(folder + "/real", folder + "/set/sub") == 0)
      let listing = try FolderListing(folder + "/set")
      #expect(listing.masks == ["link.png", "sub/a.png"])
      #expect(listing.others == ["sub/b.txt"])
    }
  }

  @Test("A link back to its own folder ends, and no file is listed through it twice")
  func circularLink() throws {
    try Self.list(["a.png", "sub/b.png"]) { _, folder in
      try #require(symlink("..", folder + "/sub/back") == 0)
      #expect(try FolderListing(folder).masks == ["a.png", "sub/b.png"])
    }
  }

  @Test("An empty folder lists nothing, and a slash at its end changes nothing")
  func trailingSlash() throws {
    try Self.list([]) { listing, _ in #expect(listing.masks.isEmpty && listing.others.isEmpty) }
    try Self.list(["s/a.png", "b.txt"]) { listing, folder in
      let slashed = try FolderListing(folder + "/")
      #expect(slashed.masks == listing.masks)
      #expect(slashed.others == listing.others)
    }
  }

  @Test("A missing folder and a file are refused by name")
  func unusable() throws {
    try Self.list(["a.png"]) { _, folder in
      for (path, word) in [
        (folder + "/missing", "no such"), (folder + "/a.png", "a file where a folder belongs"),
      ] {
        let error = try #require(throws: MaskFileError.self) { try FolderListing(path) }
        #expect(error.path == path)
        #expect(error.reason.contains(word), "\(error.reason)")
      }
    }
  }

  @Test("A folder that may not be read is refused", .enabled(if: getuid() != 0, "root may read everything"))
  func unreadable() throws {
    try Self.list(["sub/a.png"]) { _, folder in
      try #require(chmod(folder + "/sub", 0) == 0)
      defer { chmod(folder + "/sub", 0o700) }
      let error = try #require(throws: MaskFileError.self) { try FolderListing(folder) }
      #expect(error.reason.contains("no permission"))
    }
  }

  @Test(
    "Only names that end in .png, in any case, are masks",
    arguments: [
      ("a.png", true), ("a.PNG", true), ("a.pNg", true), ("a.png.gz", false), ("png", false),
      ("a.jpg", false), ("", false),
    ])
  func isMask(name: String, isMask: Bool) {
    #expect(FolderListing.isMask(name) == isMask)
  }

  @Test("The kind of a path is file, folder or nothing, links followed")
  func fileKind() throws {
    try Self.list(["a.png"]) { _, folder in
      try #require(symlink("a.png", folder + "/file") == 0)
      try #require(symlink(".", folder + "/self") == 0)
      try #require(symlink("gone", folder + "/broken") == 0)
      let kinds = ["a.png", "file", "", "self", "broken", "gone"].map { FileKind(folder + "/" + $0) }
      #expect(kinds == [.file, .file, .folder, .folder, .nothing, .nothing])
    }
  }
}
