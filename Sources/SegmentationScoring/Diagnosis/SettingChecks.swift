import SegmentationMetrics

/// Settings that meet nothing in the files: most often a slip of the keyboard.
struct SettingChecks {
  let diagnoses: [Diagnosis]

  /// - Parameter seen: the labels of each side before any was ignored or exchanged.
  init(_ settings: ScoreSettings, _ confusion: JointHistogram, seen: [Side: Set<UInt32>]) {
    var found: [Diagnosis] = []
    // An ignored class is ignored as the ids of its objects, too.
    let references = (seen[.reference] ?? []).reduce(into: Set<UInt32>()) {
      $0.formUnion([$1, settings.shapes.objects.objectClass(of: $1)])
    }
    // A known list of labels names more than any set of files has.
    let ignored = CityscapesLabels.isChosen(settings) ? [] : settings.ignored
    for label in ignored where !references.isEmpty && !references.contains(label) {
      found.append(Diagnosis(.warning, "--ignore-label \(label): no reference has that label"))
    }
    for (side, relabelling) in [
      (Side.prediction, settings.relabelPrediction), (.reference, settings.relabelReference),
    ] {
      let labels = seen[side] ?? []
      for label in relabelling.keys.sorted() where !labels.isEmpty && !labels.contains(label) {
        found.append(
          Diagnosis(.warning, "--relabel-\(side.rawValue) \(label)=…: no \(side.rawValue) has that label"))
      }
    }
    let labels = confusion.labels
    if let scheme = settings.labels, !labels.isEmpty {
      let absent = Set(scheme.items.flatMap(\.labels)).subtracting(labels).sorted()
      if !absent.isEmpty {
        let listed =
          absent.prefix(8).map { String($0) }.joined(separator: ", ") + (absent.count > 8 ? ", …" : "")
        let present =
          labels.prefix(12).map { String($0) }.joined(separator: ", ") + (labels.count > 12 ? ", …" : "")
        found.append(Diagnosis(.note, "labels on neither side: \(listed); found: \(present)"))
      }
    }
    diagnoses = found
  }
}
