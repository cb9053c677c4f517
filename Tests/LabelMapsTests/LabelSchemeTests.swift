import LabelMaps
import Testing

@Suite("LabelScheme")
struct LabelSchemeTests {
  @Test("Labels with names, labels without and regions are read in their order")
  func parsing() throws {
    let scheme = try LabelScheme(parsing: "2=tumour,1,whole=3+1+2,7=left lung")
    #expect(scheme.items.map(\.key) == ["2", "1", "whole", "7"])
    #expect(scheme.items.map(\.name) == ["tumour", nil, "whole", "left lung"])
    #expect(scheme.items.map(\.labels) == [[2], [1], [1, 2, 3], [7]])
    #expect(scheme.items.map(\.isRegion) == [false, false, true, false])
    #expect(scheme.items.map(\.title) == ["2 tumour", "1", "whole", "7 left lung"])
  }

  @Test(
    "Spaces around parts, empty parts and leading zeros change nothing",
    arguments: [
      " 1 = liver , 2 = tumour , whole = 1 + 2 ", "1=liver,,2=tumour,whole=1+2,",
      "01=liver,002=tumour,whole=2+1+1",
      "\t1=liver,\n2=tumour,whole=1+2",
    ])
  func spaces(text: String) throws {
    #expect(try LabelScheme(parsing: text) == LabelScheme(parsing: "1=liver,2=tumour,whole=1+2"))
  }

  @Test("Every number of 32 bits is a label, and none above")
  func largest() throws {
    #expect(try LabelScheme(parsing: "4294967295,0").items.map(\.labels) == [[.max], [0]])
    #expect(throws: LabelSchemeError.malformed("4294967296")) { try LabelScheme(parsing: "4294967296") }
  }

  @Test(
    "What cannot be read is refused and quoted",
    arguments: [
      ("", ""), (",", ","), ("liver", "liver"), ("-1", "-1"), ("1.5", "1.5"), ("1=", "1="),
      ("=liver", "=liver"),
      ("=", "="), ("1=2", "1=2"), ("1=2+3", "1=2+3"), ("whole=", "whole="), ("whole=1+", "whole=1+"),
      ("whole=+1+2", "whole=+1+2"), ("whole=1++2", "whole=1++2"), ("whole=1+x", "whole=1+x"),
      ("whole=x", "whole=x"),
      ("whole=1;2", "whole=1;2"), ("1=liver,2,bad", "bad"), ("whole=-1+2", "whole=-1+2"),
    ])
  func malformed(text: String, quoted: String) {
    #expect(throws: LabelSchemeError.malformed(quoted)) { try LabelScheme(parsing: text) }
    #expect(LabelSchemeError.malformed(quoted).description.contains("'\(quoted)'"))
  }

  @Test(
    "A label, a name or a region that stands twice is refused",
    arguments: [
      ("1,1", "1"), ("1,01", "1"), ("1=a,1=b", "1"), ("1=a,2=a", "a"), ("1=a,a=1+2", "a"), ("a=1,a=2", "a"),
      ("a=1+2,3=a", "a"), ("5,4,5", "5"),
    ])
  func twice(text: String, doubled: String) {
    #expect(throws: LabelSchemeError.twice(doubled)) { try LabelScheme(parsing: text) }
    #expect(LabelSchemeError.twice(doubled).description.contains("'\(doubled)'"))
  }

  @Test("Items made in code are checked as parsed ones")
  func itemsFromCode() throws {
    #expect(throws: LabelSchemeError.emptyRegion("whole")) { try LabelScheme([.region("whole", [])]) }
    #expect(throws: LabelSchemeError.regionNamedLikeALabel("12")) {
      try LabelScheme([.region("12", [1, 2])])
    }
    #expect(throws: LabelSchemeError.twice("1")) { try LabelScheme([.label(1), .label(1, name: "x")]) }
    #expect(throws: LabelSchemeError.twice("2")) { try LabelScheme([.label(1, name: "2"), .label(2)]) }
    // A name equal to the label's own number is no second use.
    #expect(try LabelScheme([.label(1, name: "1")]).items.count == 1)
    #expect(try LabelScheme([LabelScheme.Item]()).items.isEmpty)
    #expect(LabelScheme.Item.region("r", [3, 1, 3, 2]).labels == [1, 2, 3])
  }

  @Test("An item is found by number, name or region, and by nothing else")
  func lookup() throws {
    let scheme = try LabelScheme(parsing: "1=liver,2,whole=1+2")
    #expect(scheme.item(named: "1") == scheme.items[0])
    #expect(scheme.item(named: "liver") == scheme.items[0])
    #expect(scheme.item(named: "2") == scheme.items[1])
    #expect(scheme.item(named: "whole") == scheme.items[2])
    for text in ["", "3", "Liver", "liver ", "01", "tumour"] { #expect(scheme.item(named: text) == nil) }
  }

  @Test("Names that results use are refused")
  func reserved() throws {
    #expect(throws: LabelSchemeError.reserved("mean")) { try LabelScheme(parsing: "1,mean=1+2") }
  }
}
