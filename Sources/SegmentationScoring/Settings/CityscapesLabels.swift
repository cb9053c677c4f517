import LabelMaps

/// The labels of Cityscapes (cityscapesScripts 2.3, `helpers/labels.py`): classes with names, categories as regions, and
/// what is ignored.
package enum CityscapesLabels {
  /// A class by the number it has in `*_labelIds.png`.
  package struct Class: Sendable {
    package var id: UInt32
    package var name: String
    package var category: String
    package var isIgnored: Bool
    /// The mean size of its objects in the training set, where objects are told apart; pixels.
    package var objectSize: Double?
  }

  /// All classes, by id.
  package static let classes: [Class] = {
    let sizes: [String: Double] = [
      "bicycle": 4672.3249222261, "caravan": 36771.8241758242, "motorcycle": 6298.7200839748,
      "rider": 3930.4788056518, "bus": 35732.1511111111, "train": 67583.7075812274, "car": 12794.0202738185,
      "person": 3462.4756337644, "truck": 27855.1264367816, "trailer": 16926.9763313609,
    ]
    return table.split(separator: "\n").enumerated().map { id, line in
      let words = line.split(separator: ",").map(String.init)
      return Class(
        id: UInt32(id), name: words[0], category: words[1], isIgnored: words.count > 2,
        objectSize: sizes[words[0]])
    }
  }()

  /// Names in the order of their ids, each with its category, those that are ignored being marked.
  private static let table = """
    unlabeled,void,-
    ego vehicle,void,-
    rectification border,void,-
    out of roi,void,-
    static,void,-
    dynamic,void,-
    ground,void,-
    road,flat
    sidewalk,flat
    parking,flat,-
    rail track,flat,-
    building,construction
    wall,construction
    fence,construction
    guard rail,construction,-
    bridge,construction,-
    tunnel,construction,-
    pole,object
    polegroup,object,-
    traffic light,object
    traffic sign,object
    vegetation,nature
    terrain,nature
    sky,sky
    person,human
    rider,human
    car,vehicle
    truck,vehicle
    bus,vehicle
    caravan,vehicle,-
    trailer,vehicle,-
    train,vehicle
    motorcycle,vehicle
    bicycle,vehicle
    """

  /// The categories, in the order of their first class.
  package static let categories = classes.map(\.category).reduce(into: [String]()) {
    if !$0.contains($1) { $0.append($1) }
  }

  /// What is scored of files of ids, and what is ignored.
  package static let ids = labels { $0.id }

  /// What is scored of files of training ids (0 road … 18 bicycle, 255 ignored).
  package static let trainingIDs: (scheme: LabelScheme, ignored: [UInt32])? = {
    let scored = classes.filter { !$0.isIgnored }.map(\.id)
    return labels { scored.firstIndex(of: $0.id).map(UInt32.init) ?? 255 }
  }()

  /// Whether settings have one of the two lists whole.
  static func isChosen(_ settings: ScoreSettings) -> Bool {
    [ids, trainingIDs].contains { $0?.scheme == settings.labels && $0?.ignored == settings.ignored }
  }

  /// The items as cityscapesScripts sees the reference's objects: one whose pixels are predicted as an ignored class of its
  /// category has its category.
  package static func objectItems(_ items: [LabelScheme.Item], _ settings: ScoreSettings) -> [LabelScheme
    .Item]
  {
    guard settings.labels == ids?.scheme else { return items }
    return items.map { item in
      guard let category = categories.first(where: { region(of: $0) == item.key }) else { return item }
      return .region(item.key, classes.filter { $0.category == category }.map(\.id))
    }
  }

  /// The region a category is; one class has the name of its category, which then is spelled out.
  package static func region(of category: String) -> String {
    classes.contains { $0.name == category } ? "\(category) (category)" : category
  }

  private static func labels(_ number: (Class) -> UInt32) -> (scheme: LabelScheme, ignored: [UInt32])? {
    let scored = classes.filter { !$0.isIgnored }
    let regions = categories.compactMap { category -> LabelScheme.Item? in
      let members = scored.filter { $0.category == category }
      return members.isEmpty ? nil : .region(region(of: category), members.map(number))
    }
    let items = scored.map { LabelScheme.Item.label(number($0), name: $0.name) } + regions
    guard let scheme = try? LabelScheme(items) else { return nil }
    return (scheme, Set(classes.filter(\.isIgnored).map(number)).sorted())
  }
}
