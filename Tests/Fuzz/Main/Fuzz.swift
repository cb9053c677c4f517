// The process that libFuzzer runs: SEGKIT_FUZZ_TARGET names what its bytes are thrown at.
import Foundation
import FuzzTargets
import SegmentationKit

private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["SEGKIT_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    fatalError("SEGKIT_FUZZ_TARGET is none of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  // Larger masks only make it slow.
  ReadingLimits.voxels = 1 << 20
  atexit { FuzzTarget.removeFiles() }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  target.run(Array(UnsafeBufferPointer(start: data, count: count)))
  return 0
}
