import CVectorMath
import Testing

@Suite("Copies past the cache")
struct StreamTests {
  @Test(
    "From and to every place within a line, and not a byte more", arguments: [0, 1, 2, 15, 16, 17, 40, 100])
  func everyPlace(count: Int) {
    check(vm_stream_f32, count, Float.self)
    check(vm_stream_f64, count, Double.self)
  }

  private func check<T: Real>(_ kernel: Kernel, _ count: Int, _ type: T.Type) {
    let places = 64 / MemoryLayout<T>.stride
    let room = count + 2 * places
    let from = UnsafeMutablePointer<T>.allocate(capacity: room)
    let to = UnsafeMutablePointer<T>.allocate(capacity: room)
    defer {
      from.deallocate()
      to.deallocate()
    }
    for i in 0..<room { from[i] = T(i) }
    for target in 0...places {
      for source in [0, 1, places / 2, places] {
        for i in 0..<room { to[i] = -1 }
        // A count of sites with one element each, or of half as many with two.
        if count % 2 == 0, source == 1 {
          kernel(to + target, from + source, nil, [Int64(2)], count / 2)
        } else {
          kernel(to + target, from + source, nil, nil, count)
        }
        vm_fence()
        let expected = (0..<room).map {
          (target..<target + count).contains($0) ? T($0 - target + source) : -1
        }
        #expect(Array(UnsafeBufferPointer(start: to, count: room)) == expected, "from \(source) to \(target)")
      }
    }
  }
}
