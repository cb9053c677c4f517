struct Skeleton { let mask: [UInt8]; init(of mask: [UInt8], extents: [Int]) { self.mask = mask } }
