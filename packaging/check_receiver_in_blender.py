# SPDX-License-Identifier: MIT
"""Lets `hmr run` stream a video to the receiver add-on and compares the armature's bones with the poses that `hmr run` wrote.

usage: blender -b --factory-startup -P check_receiver_in_blender.py -- HMR VIDEO ARMATURE.glb|.fbx…

Each armature is a file of `hmr export` under any preset. Both protocols are tried on loopback. Prints a line for each and exits 1
when a bone's rotation, composed from the pelvis out, is more than a tenth of a degree off or the pelvis does not stand upright.
"""
import importlib.util
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

import bpy
import numpy
from mathutils import Matrix, Quaternion, Vector

numpy.bool = bool  # Debian's glTF importer wants the name that NumPy 1.24 dropped

PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
FRAMES = 4


def add_on():
    path = pathlib.Path(__file__).resolve().parent / "blender" / "hmr_receiver.py"
    spec = importlib.util.spec_from_file_location("hmr_receiver", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def imported_armature(path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if path.endswith(".fbx"):
        bpy.ops.import_scene.fbx(filepath=path)
    else:
        bpy.ops.import_scene.gltf(filepath=path)
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    armature.animation_data_clear()
    return armature


def streamed(receiver, hmr, video, protocol, armature):
    """Streams the first frames of the video to the armature; the pose [24,3] of the last one as `hmr run` wrote it."""
    port = receiver.socket.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [hmr, "run", video, "-o", folder, "--no-overlay", "--max-frames", str(FRAMES), "--stream", f"{protocol}://127.0.0.1:{port}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        packets = 0
        while process.poll() is None:
            packets += receiver.take_newest(armature) > 0
            time.sleep(0.005)
        packets += receiver.take_newest(armature) > 0
        if process.returncode != 0 or packets == 0:
            raise RuntimeError(f"hmr ended with {process.returncode}, {packets} poses arrived")
        document = json.loads(next(pathlib.Path(folder).glob("*.json")).read_text(encoding="utf-8"))
    person = min(document["frames"][-1]["people"], key=lambda p: p["id"])
    return numpy.reshape(person["pose"], (24, 3))


def turn(vector):
    vector = Vector(vector)
    return Quaternion(vector.normalized(), vector.length).to_matrix() if vector.length > 0 else Matrix.Identity(3)


def angle(a, b):
    """Degrees between two rotations, exact for small ones too."""
    return math.degrees(2 * math.asin(min(1.0, numpy.linalg.norm(numpy.array(a) - numpy.array(b)) / math.sqrt(8))))


def shown_turns(module, armature):
    """World rotation of each joint's bone from its rest pose, in the y-up axes of the body's rest frame."""
    bpy.context.view_layer.update()
    world = armature.matrix_world.to_3x3().normalized()
    turns = []
    for joint in module.SMPL:
        bone = module.bone_named(armature, joint)
        moved = world @ bone.matrix.to_3x3() @ bone.bone.matrix_local.to_3x3().inverted() @ world.inverted()
        turns.append(module.Z_UP.inverted() @ moved.normalized() @ module.Z_UP)
    return turns


def check(module, hmr, video, path, protocol):
    armature = imported_armature(path)
    module.register()
    bpy.context.scene.hmr_receiver.armature = armature
    assert hasattr(bpy.types, "HMR_OT_receive") and hasattr(bpy.types, "HMR_PT_receiver"), "the add-on did not register"
    receiver = module.Receiver("127.0.0.1", 0)
    try:
        pose = streamed(receiver, hmr, video, protocol, armature)
    finally:
        receiver.close()
    found = shown_turns(module, armature)
    module.unregister()
    # The root's rotation is between world and body, which only the stream knows; the others follow from the written pose.
    composed = [Matrix.Identity(3)]
    for joint in range(1, 24):
        composed.append(composed[PARENTS[joint]] @ turn(pose[joint]))
    worst = max(angle(found[0].inverted() @ found[joint], composed[joint]) for joint in range(24))
    lean = math.degrees((found[0] @ Vector((0, 1, 0))).angle(Vector((0, 1, 0))))
    good = worst < 0.1 and lean < 30
    print(f"{'good' if good else 'BAD'}: {protocol} {pathlib.Path(path).name}: farthest bone {worst:.4f} degrees, pelvis leans {lean:.1f} degrees")
    return good


def main():
    hmr, video, *files = sys.argv[sys.argv.index("--") + 1:]
    module = add_on()
    results = [check(module, hmr, video, path, protocol) for path in files for protocol in ("vmc", "json")]
    sys.exit(0 if all(results) else 1)


main()
