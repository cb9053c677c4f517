import CVectorMath
import Testing

@Suite("Label kernels")
struct LabelTests {
  @Test("Bytes become numbers, and labels zeros and ones", arguments: lengths)
  func labels(count: Int) {
    var noise = Noise(UInt64(count) + 6)
    let bytes = noise.bytes(count)
    #expect(run(vm_from_bytes_f32, bytes, count: count) == bytes.map { Float($0) })
    #expect(run(vm_from_bytes_f64, bytes, count: count) == bytes.map { Double($0) })
    let few = noise.bytes(count, below: 3)
    for label: UInt8 in [0, 1, 2, 255] {
      for labels in [few, few.map { $0 == 2 ? 255 : $0 }] {
        #expect(
          run(vm_one_hot_f32, labels, [label], count: count) == labels.map { $0 == label ? 1 : 0 as Float })
        #expect(run(vm_one_hot_f64, labels, [label], count: count) == labels.map { $0 == label ? 1 : 0.0 })
        #expect(
          run(vm_not_label_f32, labels, [label], count: count) == labels.map { $0 == label ? 0 : 1 as Float })
        #expect(run(vm_not_label_f64, labels, [label], count: count) == labels.map { $0 == label ? 0 : 1.0 })
      }
    }
  }

  @Test("Labels at or above the count are found, but for the ignored one", arguments: lengths)
  func outside(count: Int) {
    var noise = Noise(UInt64(count) + 7)
    let bytes = noise.bytes(count)
    for classes: UInt16 in [0, 1, 2, 100, 255, 256, 257, 0x8000] {
      for ignored: UInt16 in [0, 1, 99, 100, 255, 256, 0x164, 0xFFFF] {
        var total = 2.0
        vm_count_labels_outside(&total, bytes, [classes], [ignored], count)
        let expected = bytes.filter { UInt16($0) >= classes && UInt16($0) != ignored }.count
        #expect(total == 2 + Double(expected), "\(classes) classes, \(ignored) ignored")
      }
    }
  }

  @Test("Moments with a target made of labels have the bits of those with the target", arguments: lengths)
  func moments(count: Int) {
    checkMoments(vm_label_moments_f32, vm_one_hot_f32, vm_moments_f32, count, Float.self)
    checkMoments(vm_label_moments_f64, vm_one_hot_f64, vm_moments_f64, count, Double.self)
  }

  private func checkMoments<T: Real>(
    _ kernel: Kernel, _ oneHot: Kernel, _ moments: Kernel, _ count: Int, _ type: T.Type
  ) {
    var noise = Noise(UInt64(count) + 8)
    let labels = noise.bytes(count, below: 3)
    let numbers: [T] = noise.numbers(count)
    for label: UInt8 in [0, 2, 9] {
      guard let target = run(oneHot, labels, [label], count: count, as: T.self) else {
        Issue.record("one-hot wrote beyond its block")
        return
      }
      var found = [1.0, 2.0, 3.0]
      var expected = found
      kernel(&found, numbers, labels, [label], count)
      moments(&expected, numbers, target, nil, count)
      #expect(found == expected, "label \(label)")
    }
  }

  @Test("A polynomial of a one-hot target is a choice of two numbers", arguments: lengths)
  func choice(count: Int) {
    var noise = Noise(UInt64(count) + 9)
    let labels = noise.bytes(count, below: 4)
    for label: UInt8 in [0, 3, 200] {
      #expect(
        run(vm_label_choice_f32, labels, [label], [0.5, 2, -8] as [Float], count: count)
          == labels.map { $0 == label ? -5.5 : 0.5 as Float })
      #expect(
        run(vm_label_choice_f64, labels, [label], [0.5, 2, -8], count: count)
          == labels.map { $0 == label ? -5.5 : 0.5 })
    }
  }

  @Test("Bytes at a distance are set side by side", arguments: [1, 2, 3, 7])
  func strided(stride: Int) {
    var noise = Noise(UInt64(stride))
    for count in lengths {
      let bytes = noise.bytes(count * stride + 1)
      var out = [UInt8](repeating: 77, count: count + 1)
      vm_strided_load_u8(&out, bytes, [Int64(stride)], nil, count)
      #expect(out == (0..<count).map { bytes[$0 * stride] } + [77])
    }
  }
}
