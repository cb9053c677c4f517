"""Measures surfaces the way other tools do, and says how long it took.

    python surface_peers.py --threads N

Stays alive and answers each line of JSON on its standard input with one on its standard output. What is asked
for stands in `do`:

    load     prediction, reference (files of bytes), shape, spacing, tolerance: what the following runs work on.
    run      peer: works once. Answers CPU and wall seconds, and `values`: hd, hd95, assd, masd, nsd as far as the
             tool has them (NaN else); or `absent` with the reason.
"""
import argparse
import json
import math
import os
import sys
import time


def surface_distance(p, r, spacing, tolerance):
    import surface_distance as sd

    def call():
        d = sd.compute_surface_distances(r, p, spacing)
        sd.compute_average_surface_distance(d)
        return [
            sd.compute_robust_hausdorff(d, 100), sd.compute_robust_hausdorff(d, 95), math.nan, math.nan,
            sd.compute_surface_dice_at_tolerance(d, tolerance),
        ]

    return call


def monai(p, r, spacing, tolerance):
    import monai.metrics as mm
    import torch

    p, r = torch.tensor(p[None, None]), torch.tensor(r[None, None])
    options = dict(include_background=True, spacing=spacing)

    def call():
        return [
            float(mm.compute_hausdorff_distance(p, r, **options)),
            float(mm.compute_hausdorff_distance(p, r, percentile=95, **options)),
            float(mm.compute_average_surface_distance(p, r, symmetric=True, **options)), math.nan,
            float(mm.compute_surface_dice(p, r, class_thresholds=[tolerance], include_background=True, spacing=spacing)),
        ]

    return call


def medpy(p, r, spacing, tolerance):
    from medpy.metric import binary as mb

    return lambda: [mb.hd(p, r, spacing), math.nan, mb.assd(p, r, spacing), math.nan, math.nan]


def simpleitk(p, r, spacing, tolerance):
    import numpy as np
    import SimpleITK as sitk

    def image(mask):
        image = sitk.GetImageFromArray(mask.astype(np.uint8))
        image.SetSpacing(spacing[::-1])
        return image

    p, r = image(p), image(r)

    def call():
        # Its Hausdorff filter measures whole sets; this is the way its users take to surfaces.
        distances = []
        for one, other in ((r, p), (p, r)):
            field = sitk.GetArrayFromImage(
                sitk.Abs(sitk.SignedMaurerDistanceMap(one, squaredDistance=False, useImageSpacing=True)))
            contour = sitk.GetArrayFromImage(sitk.LabelContour(other, fullyConnected=False))
            distances.append(field[contour > 0])
        both = np.concatenate(distances)
        return [
            both.max(), max(np.percentile(d, 95) for d in distances), both.mean(),
            (distances[0].mean() + distances[1].mean()) / 2, (both <= tolerance).mean(),
        ]

    return call


def edt_package(p, r, spacing, tolerance):
    import edt
    import numpy as np

    away = np.ascontiguousarray((~r).astype(np.uint8))
    return lambda: [float(edt.edt(away, anisotropy=spacing, black_border=False, parallel=THREADS)[0, 0, 0])]


def components(p, r, spacing, tolerance):
    import cc3d

    return lambda: [float(cc3d.connected_components(p, connectivity=26, return_N=True)[1])]


PEERS = {
    "surface-distance": surface_distance, "monai": monai, "medpy": medpy, "simpleitk": simpleitk,
    "edt": edt_package, "cc3d": components,
}
THREADS = 1
# Of one timing: this long, and no more runs than this.
SECONDS, MOST = 0.2, 50


def load(state, request):
    import numpy as np

    state.clear()

    def mask(path):
        return np.fromfile(path, np.uint8).reshape(request["shape"]) != 0

    state["masks"] = mask(request["prediction"]), mask(request["reference"])
    state["spacing"], state["tolerance"] = tuple(request["spacing"]), request["tolerance"]
    return {}


def run(state, request):
    peer = request["peer"]
    if peer not in state:
        state[peer] = PEERS[peer](*state["masks"], state["spacing"], state["tolerance"])
        state[peer]()
    times, values = 0, []
    cpu, wall = time.process_time(), time.perf_counter()
    while times < MOST and (times == 0 or time.perf_counter() - wall < SECONDS):
        values = state[peer]()
        times += 1
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "cpu": cpu / times, "wall": wall / times,
        "values": [float(v) if math.isfinite(v) else -1.0 for v in values],
    }


def main():
    global THREADS
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    THREADS = parser.parse_args().threads
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
                 "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"):
        os.environ[name] = str(THREADS)
    # Whatever a library prints must not stand between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    state = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = load(state, request) if request["do"] == "load" else run(state, request)
        except Exception as error:
            # One tool that fails must not cost the times of the others.
            answer = {"absent": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
