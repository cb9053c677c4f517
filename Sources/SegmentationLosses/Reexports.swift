// Losses are written with the core's expressions: whoever imports the losses has them too.
@_exported import Autodiff
