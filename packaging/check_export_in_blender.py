# SPDX-License-Identifier: MIT
"""Imports an exported figure into Blender and compares what Blender shows with what was exported.

usage: blender -b --factory-startup -P check_export_in_blender.py -- FILE.fbx|FILE.glb|FILE.obj EXPECTED.npz [--joints N]

EXPECTED.npz holds posed [V,3] (metres, y up), the vertices of all figures. Prints one line and exits 1 when a vertex is
farther than a millimetre from its place, the height differs by more, a bone is missing or the armature does not deform.
"""
import sys

import bpy
import numpy

numpy.bool = bool  # Debian's glTF importer wants the name that NumPy 1.24 dropped


def import_file(path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if path.endswith(".fbx"):
        bpy.ops.import_scene.fbx(filepath=path)
    elif path.endswith(".glb"):
        bpy.ops.import_scene.gltf(filepath=path)
    else:
        bpy.ops.wm.obj_import(filepath=path)


def shown_vertices():
    """World positions of every mesh as Blender evaluates it, turned from z up to y up."""
    graph = bpy.context.evaluated_depsgraph_get()
    places = []
    for shown in bpy.data.objects:
        if shown.type != "MESH" or shown.name.startswith("Icosphere"):  # the glTF importer's bone shape
            continue
        evaluated = shown.evaluated_get(graph)
        mesh = evaluated.to_mesh()
        local = numpy.empty(3 * len(mesh.vertices))
        mesh.vertices.foreach_get("co", local)
        matrix = numpy.array(evaluated.matrix_world)
        world = local.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
        places.append(numpy.stack([world[:, 0], world[:, 2], -world[:, 1]], 1))
    return numpy.concatenate(places)


def distance_to_nearest(points, targets):
    from mathutils.kdtree import KDTree

    tree = KDTree(len(targets))
    for index, target in enumerate(targets):
        tree.insert(target, index)
    tree.balance()
    return max(tree.find(point)[2] for point in points)


def main():
    path, expected_path, *options = sys.argv[sys.argv.index("--") + 1:]
    wanted_joints = int(options[1]) if options else 0
    expected = numpy.load(expected_path)["posed"].astype(float)
    import_file(path)
    shown = shown_vertices()
    farthest = max(distance_to_nearest(shown, expected), distance_to_nearest(expected, shown))
    height_error = abs(numpy.ptp(shown[:, 1]) - numpy.ptp(expected[:, 1]))
    bones = sum(len(a.bones) for a in bpy.data.armatures)
    shift = 0.0
    for skeleton in (o for o in bpy.data.objects if o.type == "ARMATURE"):
        skeleton.data.pose_position = "REST"
        bpy.context.view_layer.update()
        shift = max(shift, float(numpy.abs(shown_vertices() - shown).max()))
    good = farthest < 1e-3 and height_error < 1e-3 and bones == wanted_joints and (bones == 0 or shift > 1e-3)
    print(f"{'good' if good else 'BAD'}: {len(shown)} vertices, farthest {farthest * 1e3:.4f} mm, "
          f"height {numpy.ptp(shown[:, 1]):.4f} m (error {height_error * 1e3:.4f} mm), {bones} bones, "
          f"armature moves the mesh by {shift:.3f} m")
    sys.exit(0 if good else 1)


main()
