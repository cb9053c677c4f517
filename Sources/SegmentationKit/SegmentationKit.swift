// The umbrella: `import SegmentationKit` brings every module of the library.
@_exported import LabelMaps
@_exported import MaskIO
@_exported import SegmentationLosses
@_exported import SegmentationMetrics
@_exported import SegmentationReports
@_exported import SegmentationScoring
