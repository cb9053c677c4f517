import LabelMaps
import TextFormats

/// The small file beside images or slices that says how large their voxels are: `3.0,0.8,0.8`, or JSON with `spacing`.
package enum SpacingSidecar {
  /// Whether a file's name is that of such a file.
  package static func isSidecar(_ name: String) -> Bool {
    let last = FileName.last(of: name)
    return ["spacing.txt", "spacing.json"].contains { last == $0 || last.hasSuffix("." + $0) }
  }

  /// The spacing of a mask, in millimetres: by `spacing.txt` or `spacing.json` in a stack's folder, or `NAME.spacing.txt` or
  /// `.json` beside it or beside a file; nil where there is none.
  ///
  /// - Throws: `MaskFileError` for one that is no spacing.
  package static func spacing(of source: MaskSource) throws(MaskFileError) -> Spacing? {
    guard let path = path(of: source) else { return nil }
    return try spacing(contentsOf: path)
  }

  /// The small file of a mask; nil where there is none.
  static func path(of source: MaskSource) -> String? {
    let path = FileName.withoutSlash(source.path)
    let bases = source.isVolume ? [path + "/", path + "."] : [FolderListing.stem(path) + "."]
    return bases.flatMap { base in ["spacing.txt", "spacing.json"].map { base + $0 } }
      .first { FileKind($0) == .file }
  }

  static func spacing(contentsOf path: String) throws(MaskFileError) -> Spacing {
    let text = try FileBytes.text(contentsOf: path)
    if path.hasSuffix(".json") {
      let lengths = (try? JSONValue(parsing: text))?["spacing"]?.elements?.map(\.double)
      guard let lengths, !lengths.contains(nil) else {
        throw MaskFileError(path: path, "no spacing; write {\"spacing\": [3, 0.8, 0.8]} in the order z, y, x")
      }
      do throws(SpacingError) { return try Spacing(lengths.compactMap { $0 }) } catch {
        throw MaskFileError(path: path, error.description)
      }
    }
    let line = text.filter { !$0.isNewline && $0 != " " && $0 != "\t" }
    do throws(SpacingError) { return try Spacing(parsing: line) } catch {
      throw MaskFileError(path: path, error.description)
    }
  }
}
