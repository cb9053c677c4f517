// Writes every image under `fixtures/`, the same ones each time: swift run segkit-fixtures fixtures
import MaskIO
internal import Platform

let arguments = CommandLine.arguments.dropFirst()
guard let root = arguments.last, arguments.count == 1 || arguments.first == "corpus" && arguments.count == 2,
  !root.hasPrefix("-")
else {
  print(
    """
    usage: segkit-fixtures FOLDER           writes the test images below FOLDER, e.g. swift run segkit-fixtures fixtures
           segkit-fixtures corpus FOLDER    writes seeds for the fuzzer, a folder for each of its targets
    """)
  exit(2)
}

var folder = FixtureFolder(root: root)
do {
  if arguments.count == 2 {
    try FuzzSeeds.write(to: &folder)
    print("\(folder.fileCount) seeds in \(root)")
    exit(0)
  }
  try AbdomenFixtures.write(to: &folder)
  try CellFixtures.write(to: &folder)
  try SceneFixtures.write(to: &folder)
  try TissueFixtures.write(to: &folder)
  try PNGVariants.write(to: &folder)
  try DamagedFiles.write(to: &folder)
  print(
    "\(folder.fileCount) files, \(folder.byteCount) bytes in \(root); now run python3 \(root)/expected.py")
} catch {
  print("segkit-fixtures: \(error)")
  exit(1)
}
