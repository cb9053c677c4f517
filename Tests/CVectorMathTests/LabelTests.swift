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
}
