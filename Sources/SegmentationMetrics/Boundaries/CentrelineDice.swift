extension BinaryBox {
  /// 2 P S / (P + S), P the share of this mask's skeleton within the other mask, S the other way round.
  func centrelineDice(_ reference: BinaryBox) -> Double {
    func share(_ skeleton: [UInt8], _ mask: [UInt8]) -> Double {
      let length = skeleton.count { $0 != 0 }
      return Double(zip(skeleton, mask).count { $0 != 0 && $1 != 0 }) / Double(length)
    }
    let sizes = isFlat ? [extents.y, extents.x] : [extents.z, extents.y, extents.x]
    let precision = share(Skeleton(of: mask, extents: sizes).mask, reference.mask)
    let sensitivity = share(Skeleton(of: reference.mask, extents: sizes).mask, mask)
    return precision + sensitivity == 0 ? 0 : 2 * precision * sensitivity / (precision + sensitivity)
  }
}
