// What a pass over the sites runs for each block: a list of kernel calls on addresses relative to a few bases.

/// Where an operand lies: a base that moves from block to block, and a fixed distance from it, in bytes.
struct Address {
  var base: Int32
  var offset: Int
  /// From a class to the next; 0 where all classes read the same.
  var laneStride: Int

  /// No memory: a null pointer.
  static let none = Address(base: Base.null, offset: 0, laneStride: 0)
}

struct Instruction {
  let kernel: Kernel
  var out: Address
  var a = Address.none
  var b = Address.none
  var c = Address.none
  /// How often to call the kernel: once a class, or once.
  var lanes: Int
}

/// The bases that every program has; inputs and outputs follow.
enum Base {
  static let null: Int32 = 0
  static let scratch: Int32 = 1
  static let scalars: Int32 = 2
  static let accumulators: Int32 = 3
  static let pool: Int32 = 4
  static let extremes: Int32 = 5
  static let memory: Int32 = 6
}

struct Program {
  /// Memory that is read or written along the sites.
  struct Memory {
    enum Source {
      case input(Int)
      case output(Int)
      case arena(Int)
    }
    var source: Source
    let elementSize: Int
    /// Elements from a site to the next, and along each outer axis.
    let innerStride: Int
    let outerStrides: [Int]
    /// Elements from a class to the next, and how many.
    let laneStride: Int
    let lanes: Int
  }
  /// A number, or one a class, that is the same for all sites of a row.
  struct Scalar {
    var arena: Int
    let arenaLaneStride: Int
    let outerStrides: [Int]
    let lanes: Int
    /// In elements of the plan's type; from a class to the next.
    let destination: Int
    var destinationStride = 1
  }
  /// A sum that a pass takes.
  struct Reduction {
    let slot: Int
    /// Slots from a class to the next.
    let slotStride: Int
    let lanes: Int
    var arena: Int
    let arenaLaneStride: Int
    let outerStrides: [Int]
    let arenaCount: Int
  }
  /// The least and the largest element of what a pass computes.
  struct Extremes {
    /// Of the worker's numbers: the least, then the largest.
    let slot: Int
    var arena: Int
  }
  /// Values outside an input's domain, counted as the pass goes.
  struct Check {
    let slot: Int
    let slotStride: Int
    let lanes: Int
    let check: Int
  }

  var instructions: [Instruction] = []
  /// How many kernels are called for a block.
  var kernels: Int { instructions.reduce(0) { $0 + $1.lanes } }
  var memory: [Memory] = []
  var scalars: [Scalar] = []
  var reductions: [Reduction] = []
  var extremes: [Extremes] = []
  var checks: [Check] = []
  var pool: [UInt8] = []
  var scratchElements = 0
  /// How many vectors are kept at a time.
  var registers = 0
  var scalarElements = 0
  var slots = 0
  var writesPastCache = false
}

/// The loops over sites: rows of `count` sites that lie at one distance from each other, cut into blocks.
struct SiteLoop {
  let outerExtents: [Int]
  let count: Int
  let lanes: Int
  let block: Int

  /// Blocks whose sums are added up before they are put away. It does not depend on the number of threads, so neither
  /// do the sums.
  static let blocksInChunk = 16
  var chunk: Int { block * Self.blocksInChunk }
  var chunksInRow: Int { (count + chunk - 1) / chunk }
  var rows: Int { outerExtents.reduce(1, *) }
  var chunks: Int { rows * chunksInRow }
}
