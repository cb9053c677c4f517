/// What a file that is no PNG seems to be, from its first bytes.
enum FileSignature {
  /// For example "a JPEG image", or nil.
  static func kind(of bytes: UnsafeRawBufferPointer) -> String? {
    func begins(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      bytes.count >= offset + signature.count
        && bytes[offset..<offset + signature.count].elementsEqual(signature)
    }
    if begins([0xFF, 0xD8, 0xFF]) { return "a JPEG image, which cannot hold labels (it blurs them)" }
    if begins(Array("GIF8".utf8)) { return "a GIF image" }
    if begins(Array("BM".utf8)) { return "a BMP image" }
    if begins([0x49, 0x49, 0x2A, 0]) || begins([0x4D, 0x4D, 0, 0x2A]) { return "a TIFF image" }
    if begins(Array("RIFF".utf8)) { return "a WebP image" }
    if begins([0x1F, 0x8B]) { return "gzip data" }
    if begins([0x93] + Array("NUMPY".utf8)) { return "a NumPy array" }
    if begins(Array("PK".utf8)) { return "a zip archive" }
    if begins([0x89, 0x50, 0x4E, 0x47]) || begins(Array("PNG".utf8), at: 1) {
      return "a PNG whose signature is damaged (copied as text?)"
    }
    if bytes.prefix(64).allSatisfy({ (32..<127).contains($0) || $0 == 10 || $0 == 13 || $0 == 9 }) {
      return "text"
    }
    return nil
  }
}
