# SPDX-License-Identifier: MIT
"""Imports exported motion into Blender and compares it, joint by joint and frame by frame, with the body posed here.

usage: blender -b --factory-startup -P check_motion_in_blender.py -- FILE.glb|.fbx|.bvh BODY.npz AMASS.npz…

BODY.npz is the body model, AMASS.npz one file a person of the same take (hmr export --format amass --each). The joints are
posed and the surface is skinned from those with NumPy alone. Prints one line of a table and exits 1 when a joint, or at one of five
moving frames a vertex, is farther than a millimetre from its place, the bind pose is not upright with its soles on the floor, or its
height differs by more than a millimetre. A file holds at most four joints a vertex where its format does (GLB): the others are left
out here too.
"""
import sys

import bpy
import numpy
from mathutils import kdtree

numpy.bool = bool  # Debian's glTF importer wants the name that NumPy 1.24 dropped

NAMES = ("pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 left_foot right_foot neck "
         "left_collar right_collar head left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_hand "
         "right_hand").split()
PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]


def rotation(vector):
    angle = numpy.linalg.norm(vector)
    if angle < 1e-12:
        return numpy.eye(3)
    x, y, z = vector / angle
    cross = numpy.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return numpy.eye(3) + numpy.sin(angle) * cross + (1 - numpy.cos(angle)) * cross @ cross


class Person:
    def __init__(self, body, file):
        motion = numpy.load(file)
        betas = motion["betas"][: body["shapedirs"].shape[2]]
        shaped = body["v_template"] + body["shapedirs"][:, :, : len(betas)] @ betas
        self.height = numpy.ptp(shaped[:, 1])
        self.shaped, self.weights = shaped, body["weights"]
        self.rest = body["J_regressor"] @ shaped
        self.poses, self.places = motion["poses"], motion["trans"]
        self.first, self.rate = int(motion["first_frame"]), float(motion["mocap_framerate"])

    def pose(self, frame):
        """World rotations and places [24,3] of the joints, z up, as AMASS and Blender have it."""
        pose = self.poses[frame].reshape(-1, 3)
        own = numpy.concatenate([pose[:22], pose[22:23], pose[37:38]])
        turns, places = [], []
        for joint, parent in enumerate(PARENTS):
            local = rotation(own[joint])
            turns.append(local if parent < 0 else turns[parent] @ local)
            if parent < 0:
                places.append(self.rest[0] + self.places[frame])
            else:
                places.append(places[parent] + turns[parent] @ (self.rest[joint] - self.rest[parent]))
        return numpy.array(turns), numpy.array(places)

    def surface(self, frame, most_joints):
        """[V,3] the shaped body skinned, without pose blend shapes, which no skin has."""
        turns, places = self.pose(frame)
        weights = self.weights.copy()
        if most_joints < weights.shape[1]:
            numpy.put_along_axis(weights, numpy.argsort(-weights, axis=1, kind="stable")[:, most_joints:], 0, axis=1)
            weights /= weights.sum(axis=1, keepdims=True)
        shifts = places - numpy.einsum("jab,jb->ja", turns, self.rest)
        moved = numpy.einsum("vj,jab->vab", weights, turns)
        return numpy.einsum("vab,vb->va", moved, self.shaped) + weights @ shifts

    def bind(self):
        """[V,3] the T-pose of the file: z up, soles on the floor."""
        turned = self.shaped[:, [0, 2, 1]] * (1, -1, 1)
        return turned - (0, 0, turned[:, 2].min())


def import_file(path, rate):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = round(rate)
    if path.endswith(".fbx"):
        bpy.ops.import_scene.fbx(filepath=path)
        return 1  # the frame at time zero
    if path.endswith(".glb"):
        bpy.ops.import_scene.gltf(filepath=path)
        return 0
    from io_anim_bvh import import_bvh

    import_bvh.open = lambda name, mode="r", **other: open(name, mode.replace("U", ""), **other)  # Python 3.11 knows no "U"
    bpy.ops.import_anim.bvh(filepath=path)
    return 1


def shown_joints():
    places = {}
    for skeleton in (o for o in bpy.data.objects if o.type == "ARMATURE"):
        for bone in skeleton.pose.bones:
            places[bone.name] = numpy.array(skeleton.matrix_world @ bone.head)
    return places


def shown_meshes():
    """Name and world vertices [N,3] of each mesh as Blender shows it now."""
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    meshes = {}
    for shown in bpy.data.objects:
        if shown.type != "MESH" or shown.name.startswith("Icosphere"):  # the glTF importer's bone shape
            continue
        evaluated = shown.evaluated_get(graph)
        meshes[shown.name] = numpy.array([evaluated.matrix_world @ v.co for v in evaluated.to_mesh().vertices])
    return meshes


def show_rest(is_rest):
    for skeleton in (o for o in bpy.data.objects if o.type == "ARMATURE"):
        skeleton.data.pose_position = "REST" if is_rest else "POSE"


def same_vertices(mesh, person):
    """For each vertex of a mesh in its bind pose the body's vertices at that place: files split and reorder them."""
    bind = person.bind()
    tree = kdtree.KDTree(len(bind))
    for number, place in enumerate(bind):
        tree.insert(place, number)
    tree.balance()
    return [[number for _, number, _ in tree.find_range(place, 2e-5)] for place in mesh]


def farthest_vertex(mesh, expected, pairs):
    """Vertices at one place may move apart (lips): each is compared with the nearest that it can be."""
    return max(min(numpy.linalg.norm(place - expected[number]) for number in numbers) if numbers else 1.0 for place, numbers in zip(mesh, pairs))


def main():
    path, body_path, *motions = sys.argv[sys.argv.index("--") + 1:]
    body = numpy.load(body_path)
    people = [Person(body, file) for file in motions]
    start = import_file(path, people[0].rate)
    worst, frames = 0.0, 0
    for number, person in enumerate(people):
        prefix = f"person_{number + 1}_" if len(people) > 1 else ""
        for frame in range(len(person.poses)):
            bpy.context.scene.frame_set(person.first + frame + start)
            shown = shown_joints()
            expected = person.pose(frame)[1]
            found = numpy.array([shown[prefix + name] for name in NAMES])
            worst = max(worst, float(numpy.linalg.norm(found - expected, axis=1).max()))
            frames += 1
    show_rest(True)
    binds = shown_meshes()
    show_rest(False)
    skin = 0.0
    for number, person in enumerate(people if binds else []):
        name = next(n for n in binds if len(people) == 1 or n.startswith(f"person_{number + 1}"))
        pairs = same_vertices(binds[name], person)
        for frame in numpy.linspace(0, len(person.poses) - 1, 5).astype(int).tolist():
            bpy.context.scene.frame_set(person.first + frame + start)
            skin = max(skin, farthest_vertex(shown_meshes()[name], person.surface(frame, 4 if path.endswith(".glb") else 24), pairs))
    bones = sum(len(a.bones) for a in bpy.data.armatures)
    bounds = sorted(((mesh[:, 2].min(), mesh[:, 2].max()) for mesh in binds.values()), key=lambda b: b[1])
    floor = max((abs(low) for low, _ in bounds), default=0.0)
    heights = sorted(person.height for person in people)
    height = max((abs(high - low - expected) for (low, high), expected in zip(bounds, heights)), default=0.0)
    good = worst < 1e-3 and skin < 1e-3 and floor < 1e-3 and height < 1e-3 and bones == 24 * len(people) and (path.endswith(".bvh") or len(bounds) == len(people))
    kind = path.rsplit(".", 1)[1].upper()
    print(f"{'good' if good else 'BAD'}: | {kind} | {len(people)} | {frames} | {bones} | {worst * 1e3:.4f} | {skin * 1e3:.4f} | {height * 1e3:.4f} | {floor * 1e3:.4f} |")
    sys.exit(0 if good else 1)


main()
