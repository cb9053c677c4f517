"""Scores pairs of masks the way other tools do, and says how long it took.

    python score_peers.py PEER LIST --labels N

LIST is a file with a line for each pair: the prediction's path, a tab, the reference's path. Prints one
line of JSON: CPU and wall seconds for all pairs without imports, and the voxels where both masks agree
where the tool tells, or `absent` if a package is missing. Everything runs on a single thread.
"""
import argparse
import json
import os
import time

# Read by the numeric libraries as they are imported.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[name] = "1"


def scores(matrix):
    """Dice and IoU of every label from a confusion matrix; NaN where a label is nowhere."""
    import numpy as np

    both = np.diag(matrix).astype(float)
    total = matrix.sum(0) + matrix.sum(1)
    with np.errstate(all="ignore"):
        return 2 * both / total, both / (total - both)


def opencv():
    import cv2

    cv2.setNumThreads(1)
    return lambda path: cv2.imread(path, cv2.IMREAD_UNCHANGED)


def torch():
    import torch as package

    package.set_num_threads(1)
    return package


def bincount(dtype):
    """OpenCV reads, NumPy counts `reference * N + prediction` held in `dtype`: the usual fast script."""

    def prepare(labels):
        import numpy as np

        read = opencv()

        def score(prediction, reference):
            p, r = read(prediction), read(reference)
            codes = r.ravel().astype(dtype) * np.dtype(dtype).type(labels) + p.ravel()
            matrix = np.bincount(codes, minlength=labels * labels).reshape(labels, labels)
            scores(matrix)
            return int(np.trace(matrix))

        return score

    return prepare


def cityscapes_like(labels):
    """Pillow reads, np.unique counts the encoded pairs, as cityscapesScripts does without its C part."""
    import numpy as np
    from PIL import Image

    def score(prediction, reference):
        p, r = np.array(Image.open(prediction)), np.array(Image.open(reference))
        base = max(int(p.max()), int(r.max())) + 1
        values, counts = np.unique(r.astype(np.int32) * base + p, return_counts=True)
        matrix = np.zeros((labels, labels), np.int64)
        for value, count in zip(values, counts):
            matrix[value // base, value % base] += count
        scores(matrix)
        return int(np.trace(matrix))

    return score


def monai_dice(labels):
    """OpenCV reads, MONAI's compute_dice on one-hot tensors."""
    package = torch()
    from monai.metrics import compute_dice
    from monai.networks.utils import one_hot

    read = opencv()

    def score(prediction, reference):
        p, r = (package.from_numpy(read(path))[None, None].long() for path in (prediction, reference))
        compute_dice(one_hot(p, labels), one_hot(r, labels), include_background=True)
        return None

    return score


def torchmetrics_confusion(labels):
    """OpenCV reads, torchmetrics' confusion matrix of the multiclass task."""
    package = torch()
    from torchmetrics.functional.classification import multiclass_confusion_matrix

    read = opencv()

    def score(prediction, reference):
        p, r = (package.from_numpy(read(path)).long() for path in (prediction, reference))
        matrix = multiclass_confusion_matrix(p, r, labels).numpy()
        scores(matrix)
        return int(matrix.trace())

    return score


PEERS = {
    "opencv-bincount-uint16": bincount("uint16"),
    "opencv-bincount-int32": bincount("int32"),
    "cityscapes-like": cityscapes_like,
    "monai-dice": monai_dice,
    "torchmetrics-confusion": torchmetrics_confusion,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("list")
    parser.add_argument("--labels", type=int, required=True)
    options = parser.parse_args()
    with open(options.list) as lines:
        pairs = [line.rstrip("\n").split("\t") for line in lines]
    try:
        score = PEERS[options.peer](options.labels)
    except ImportError as error:
        print(json.dumps({"peer": options.peer, "absent": str(error)}))
        return
    # The first call pays for lazy imports and first allocations.
    score(*pairs[0])
    cpu, wall = time.process_time(), time.perf_counter()
    agreeing = [score(*pair) for pair in pairs]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    found = {} if None in agreeing else {"agreeing": sum(agreeing)}
    print(json.dumps({"peer": options.peer, "pairs": len(pairs), "cpu": cpu, "wall": wall, **found}))


if __name__ == "__main__":
    main()
