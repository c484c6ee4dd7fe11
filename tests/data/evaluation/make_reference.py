# SPDX-License-Identifier: MIT
# Answers, truths and the figures that the published evaluation code would give for them, worked out with NumPy alone.
# Made with NumPy 1.24: python3 make_reference.py > reference.json
import json
import numpy as np

random = np.random.default_rng(7)


def rounded(array):
    return np.round(array, 4)


def similarity_aligned(points, target):
    """HMR's compute_similarity_transform: pred to truth, no reflection."""
    mu1, mu2 = points.mean(0), target.mean(0)
    x1, x2 = (points - mu1).T, (target - mu2).T
    u, _, vh = np.linalg.svd(x1 @ x2.T)
    z = np.eye(3)
    z[2, 2] = np.sign(np.linalg.det(u @ vh))
    rotation = vh.T @ z @ u.T
    scale = np.trace(rotation @ (x1 @ x2.T)) / (x1 ** 2).sum()
    return (scale * rotation @ x1).T + mu2


def pck_and_auc(errors):
    thresholds = np.linspace(0, 150, 31)
    return 100 * np.mean(errors < 150), 100 * np.mean([np.mean(errors < t) for t in thresholds])


people, rooted, aligned = [], [], []
for i in range(12):
    truth = rounded(random.normal(0, 0.4, (14, 3)) + [0.1, 0, 4])
    predicted = rounded(truth * random.uniform(0.8, 1.2) + random.normal(0, 0.08, (14, 3)) + random.normal(0, 1, 3))
    known = np.ones(14, bool)
    if i % 3 == 0:
        known[[4, 9]] = False
    root_truth, root_predicted = truth[[2, 3]].mean(0), predicted[[2, 3]].mean(0)
    rooted.append(1000 * np.linalg.norm((predicted - root_predicted) - (truth - root_truth), axis=1)[known])
    aligned.append(1000 * np.linalg.norm(similarity_aligned(predicted[known], truth[known]) - truth[known], axis=1))
    people.append({"truth": truth.tolist(), "predicted": predicted.tolist(), "known": known.tolist()})
rooted, aligned = np.concatenate(rooted), np.concatenate(aligned)
figures = {"MPJPE mm": rooted.mean(), "reconstruction error mm": aligned.mean()}
figures["PCK@150mm"], figures["AUC"] = pck_and_auc(rooted)
figures["PCK@150mm aligned"], figures["AUC aligned"] = pck_and_auc(aligned)

vertices_truth = rounded(random.normal(0, 0.5, (40, 3)))
vertices_predicted = rounded(vertices_truth + random.normal(0, 0.05, (40, 3)) + [1, 2, 3])
roots = rounded(random.normal(0, 1, (2, 3)))
pve = 1000 * np.linalg.norm((vertices_predicted - roots[0]) - (vertices_truth - roots[1]), axis=1).mean()

keypoints, errors = [], [[] for _ in range(19)]
for i in range(8):
    truth, predicted = rounded(random.uniform(-1, 1, (19, 2))), None
    predicted = rounded(truth + random.normal(0, 0.12, (19, 2)))
    visible, box = random.uniform(size=19) < 0.7, round(float(random.uniform(0.6, 1.6)), 4)
    for joint in np.flatnonzero(visible):
        errors[joint].append(np.linalg.norm(predicted[joint] - truth[joint]) / box)
    keypoints.append({"truth": truth.tolist(), "predicted": predicted.tolist(), "visible": visible.tolist(), "boxSide": box})
everything = np.concatenate([np.array(e) for e in errors])
figures["PCK@0.1"], figures["PCK@0.05"] = np.mean(everything < 0.1), np.mean(everything < 0.05)
by_joint = [float(np.mean(np.array(e) < 0.1)) if e else None for e in errors]


def segmentation(numClasses):
    pictures, correct, total = [], 0, 0
    tp, fp, fn = np.zeros(numClasses), np.zeros(numClasses), np.zeros(numClasses)
    for _ in range(5):
        truth = random.integers(0, numClasses, (9, 11))
        predicted = np.where(random.uniform(size=truth.shape) < 0.6, truth, random.integers(0, numClasses, truth.shape))
        truth[random.uniform(size=truth.shape) < 0.1] = 255
        pictures.append({"truth": truth.ravel().tolist(), "predicted": predicted.ravel().tolist()})
        ignored = truth == 255
        t, p = np.where(ignored, 0, truth), np.where(ignored, 0, predicted)
        correct, total = correct + (t == p).sum(), total + t.size
        for c in range(numClasses):
            tp[c] += ((t == c) & (p == c)).sum()
            fp[c] += ((t != c) & (p == c)).sum()
            fn[c] += ((t == c) & (p != c)).sum()
    return {"pictures": pictures, "accuracy": correct / total, "f1": float(np.mean(2 * tp / (2 * tp + fp + fn)))}


print(json.dumps({"figures": {k: float(v) for k, v in figures.items()}, "people": people, "keypoints": keypoints, "pckOfJoint": by_joint,
                  "vertices": {"truth": vertices_truth.tolist(), "predicted": vertices_predicted.tolist(), "predictedRoot": roots[0].tolist(),
                               "truthRoot": roots[1].tolist(), "error": float(pve)},
                  "segmentation": {"2": segmentation(2), "7": segmentation(7)}}))
