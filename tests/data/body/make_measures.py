# SPDX-License-Identifier: MIT
"""Measures the open body with NumPy and SciPy alone, by the definitions of body/measurements.h.
Run: python3 make_measures.py ../../../resources/body/openbody.npz > measures.txt
Each line: 10 betas, then the 11 measures in metres, then the volume in cubic metres."""
import sys
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull

body = np.load(sys.argv[1])
template, faces = body["v_template"].astype(float), body["f"].astype(int)
directions, regressor = body["shapedirs"].astype(float), body["J_regressor"].astype(float)
bone = body["weights"].argmax(1)
edges = np.unique(np.sort(np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1), axis=0)
TRUNK, LEG, ARM, NECK = [0, 1, 2, 3, 6, 9, 12, 13, 14], [1, 4], [13, 16, 18, 20], [9, 12, 13, 14, 15]


def sections(points, origin, normal, joints=None):
    """Points where edges cross the plane, one array a connected piece."""
    side = (points - origin) @ normal
    crossing = edges[(side[edges[:, 0]] < 0) != (side[edges[:, 1]] < 0)]
    if joints is not None:
        crossing = crossing[np.isin(bone[crossing], joints).any(1)]
    share = side[crossing[:, 0]] / (side[crossing[:, 0]] - side[crossing[:, 1]])
    where = points[crossing[:, 0]] + share[:, None] * (points[crossing[:, 1]] - points[crossing[:, 0]])
    number = {tuple(edge): i for i, edge in enumerate(crossing)}
    pairs = []
    for face in faces[((side[faces] < 0).any(1)) & ((side[faces] >= 0).any(1))]:
        met = [number[e] for e in (tuple(sorted((face[i], face[(i + 1) % 3]))) for i in range(3)) if e in number]
        if len(met) == 2:
            pairs.append(met)
    pairs = np.array(pairs)
    graph = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(len(where), len(where)))
    _, piece = connected_components(graph, directed=False)
    return [where[piece == p] for p in np.unique(piece)]


def girth(points, origin, normal, joints):
    normal = normal / np.linalg.norm(normal)
    frame = np.linalg.svd(normal[None])[2][1:]
    # In two dimensions SciPy's "area" of a hull is its perimeter.
    return max(ConvexHull(s @ frame.T).area for s in sections(points, origin, normal, joints) if len(s) > 2)


def measure(betas):
    p = template + directions @ betas
    j = regressor @ p
    x, y = np.eye(3)[0], np.eye(3)[1]
    hips, shoulders = (j[1, 1] + j[2, 1]) / 2, (j[16, 1] + j[17, 1]) / 2
    level = lambda share: np.array([0, hips + share * (shoulders - hips), 0])
    on = lambda a, b, share: (j[a] + share * (j[b] - j[a]), j[b] - j[a])
    crotch = np.vstack(sections(p, j[0], x))[:, 1].min()
    top = []
    for shoulder in (16, 17):
        cut = np.vstack(sections(p, j[shoulder], x))
        top.append(cut[cut[:, 1].argmax()])
    triangles = p[faces]
    return [np.ptp(p[:, 1]), np.ptp(p[:, 0]), crotch - p[:, 1].min(), np.linalg.norm(top[0] - top[1]),
            girth(p, *on(12, 15, 0.5), NECK), girth(p, level(0.68), y, TRUNK), girth(p, level(0.40), y, TRUNK),
            girth(p, np.array([0, (crotch + hips) / 2, 0]), y, TRUNK), girth(p, *on(1, 4, 1 / 3), LEG),
            girth(p, *on(16, 18, 0.5), ARM), girth(p, *on(18, 20, 0.95), ARM),
            np.einsum("ni,ni->n", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])).sum() / 6]


generator = np.random.default_rng(3)
for betas in [np.zeros(10), *np.round(generator.normal(0, 1, (4, 10)), 2)]:
    print(" ".join(f"{value:.6g}" for value in [*betas, *measure(betas)]))
